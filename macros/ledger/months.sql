{# The first day of the month of a date. #}
{% macro month_of(date_column) -%}
    cast({{ dbt.date_trunc('month', date_column) }} as date)
{%- endmacro %}

{# The first day of the month some months later. #}
{% macro months_after(month_column, months) -%}
    cast({{ dbt.dateadd('month', months, month_column) }} as date)
{%- endmacro %}
