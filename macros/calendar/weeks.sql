{# The Monday of a date's week, as a date. #}
{% macro week_of(date_column) -%}
    cast({{ dbt.date_trunc('week', date_column) }} as date)
{%- endmacro %}

{# The newest day with use before the run's: where logs are late, how far they reach. #}
{% macro newest_use_date() -%}
    (select max(usage_date) from {{ ref('fct_spend_daily') }} where usage_date < {{ run_date() }})
{%- endmacro %}

{# The Monday of the last week that is over and whose use is known to its end, but for a weekend, as reaches() of
   scripts/reporting/marts.py. #}
{% macro last_known_week() -%}
    {% set known = 'least(' ~ week_of(days_before(newest_use_date(), -3)) ~ ', ' ~ week_of(run_date()) ~ ')' %}
    {{ return(days_before(known, 7)) }}
{%- endmacro %}
