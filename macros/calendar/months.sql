{# The first day of the month of a date. #}
{% macro month_of(date_column) -%}
    cast({{ dbt.date_trunc('month', date_column) }} as date)
{%- endmacro %}

{# The first day of the month some months later. #}
{% macro months_after(month_column, months) -%}
    cast({{ dbt.dateadd('month', months, month_column) }} as date)
{%- endmacro %}

{# The numbers 0 to 30 as rows: how far a day may be from the first of its month. #}
{% macro month_day_numbers() -%}
    {{ rows_of_numbers('day_number', range(31)) }}
{%- endmacro %}

{# Days of a month, given its first day. #}
{% macro month_length(month_column) -%}
    case
        {% for length in [31, 30, 29] -%}
        when {{ days_before(month_column, '(-' ~ (length - 1) ~ ')') }} < {{ months_after(month_column, 1) }} then {{ length }}
        {% endfor -%}
        else 28
    end
{%- endmacro %}
