{# dbt checks a contract against `cast(null as <declared type>)`; the declared names of types are those
   of raw_type(). #}
{% macro spark__cast(field, type) -%}
    cast({{ field }} as {{ raw_type(type) }})
{%- endmacro %}
