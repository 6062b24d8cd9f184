{# The sum of columns that are never null. #}
{% macro sum_of(columns) -%}
    {{ columns | join(' + ') }}
{%- endmacro %}
