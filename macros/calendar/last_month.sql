{# The last day of the newest month of which every day is over, by the newest day of use: an aggregate. #}
{% macro last_complete_day(date_column) -%}
    {{ days_before(month_of(days_before('max(' ~ date_column ~ ')', -1)), 1) }}
{%- endmacro %}
