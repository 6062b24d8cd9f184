{# The last day of the newest month of which every day is over when the run begins. #}
{% macro last_complete_day() -%}
    {{ days_before(month_of(run_date()), 1) }}
{%- endmacro %}
