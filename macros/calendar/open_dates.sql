{# The dates that stand for "always was" and "until further notice" in effective-dated joins. #}
{% macro open_start() -%} cast('1900-01-01' as date) {%- endmacro %}

{% macro open_end() -%} cast('9999-12-31' as date) {%- endmacro %}

{# The validity of a seed's row as dates that are never null, half-open: [valid_from, valid_to). #}
{% macro validity_dates() -%}
    coalesce(valid_from, {{ open_start() }}) as valid_from,
    coalesce(valid_to, {{ open_end() }}) as valid_to
{%- endmacro %}

{# The same to the second, for prices and the names of models. #}
{% macro validity_instants(from_column='valid_from', to_column='valid_to') -%}
    coalesce({{ from_column }}, cast({{ open_start() }} as timestamp)) as valid_from,
    coalesce({{ to_column }}, cast({{ open_end() }} as timestamp)) as valid_to
{%- endmacro %}
