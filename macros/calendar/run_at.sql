{# The instant that counts as now, as text in UTC: the var `now`, else AI_COST_NOW, for tests and reruns; else
   when the run began. One instant for the whole run, and never the newest row: one record with a wrong date
   would silence every alert. Write it into tables only: a view would keep it after the run. #}
{% macro run_instant() -%}
    {% set told = var('now') or env_var('AI_COST_NOW', '') %}
    {% set datetime = modules.datetime.datetime %}
    {% set utc = modules.pytz.utc %}
    {% set instant = datetime.fromisoformat(told | string) if told else run_started_at %}
    {{ return((instant.astimezone(utc) if instant.tzinfo else instant).strftime('%Y-%m-%d %H:%M:%S')) }}
{%- endmacro %}

{# The same in SQL: as a timestamp, ... #}
{% macro run_at() -%} cast('{{ run_instant() }}' as timestamp) {%- endmacro %}

{# ... and the UTC day of it, which is not over yet. #}
{% macro run_date() -%} cast('{{ run_instant()[:10] }}' as date) {%- endmacro %}

{# Records later than this are not of this world: a clock may be wrong by a zone, not by more. #}
{% macro latest_usage_at() -%}
    {% set instant = modules.datetime.datetime.fromisoformat(run_instant()) + modules.datetime.timedelta(days=1) %}
    {{ return("cast('" ~ instant.strftime('%Y-%m-%d %H:%M:%S') ~ "' as timestamp)") }}
{%- endmacro %}
