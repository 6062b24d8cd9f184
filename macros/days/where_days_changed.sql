{# Restricts a model that is built by days to the days it has to build. The days are looked up first and
   written as literals, so that the engine reads no other day; the bounds are there for the same reason.
   `at` is the column of the instant whose day it is, for what is read through views over raw records: a day is
   worked out of it, and DuckDB looks for it only after it has worked out everything else of each row. #}
{% macro where_days_changed(at=none) -%}
    {#- named outside the condition, so that dbt sees the dependency when it parses -#}
    {%- set inputs = ref('int_day_fingerprints') -%}
    {%- if execute and is_incremental() -%}
        {{- where_days_in(run_query(changed_days_sql()).columns[0].values() | map('string') | list, at) -}}
    {%- endif -%}
{%- endmacro %}

{# These days, in order, as text; no row where there is none. #}
{% macro where_days_in(days, at=none) -%}
    {%- if days -%}
    where
        {% if at -%}
        {{ at }} >= cast('{{ days[0] }}' as timestamp)
        and {{ at }} < cast({{ days_before(dates(days[-1:]), -1) }} as timestamp)
        and {% endif -%}
        usage_date between {{ dates(days[:1]) }} and {{ dates(days[-1:]) }}
        and usage_date in ({{ dates(days) }})
    {%- else -%}
    where false
    {%- endif -%}
{%- endmacro %}

{# Before the insert: takes out the days that are rebuilt, also those that will come back empty. As literals, for
   which an engine looks at no other day. #}
{% macro delete_changed_days() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} {{ where_days_changed() }}
    {%- endif -%}
{%- endmacro %}

{# After the insert, in the same transaction: forgets what the changed days were built from before ... #}
{% macro forget_changed_days() -%}
    {%- if execute -%}
    delete from {{ built_days_table() }}
    where model_name = '{{ this.name }}' and usage_date in ({{ changed_days_sql() }})
    {%- endif -%}
{%- endmacro %}

{# ... and remembers what they are built from now. #}
{% macro remember_changed_days() -%}
    {%- if execute -%}
    insert into {{ built_days_table() }}
    select '{{ this.name }}', usage_date, day_fingerprint, {{ utc_now() }}
    from {{ ref('int_day_fingerprints') }}
    where usage_date in ({{ changed_days_sql() }})
    {%- endif -%}
{%- endmacro %}
