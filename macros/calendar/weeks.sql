{# The Monday of a date's week, as a date. #}
{% macro week_of(date_column) -%}
    cast({{ dbt.date_trunc('week', date_column) }} as date)
{%- endmacro %}
