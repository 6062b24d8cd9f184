{# Restricts a model that is built by periods to those it has to build. They are looked up first and written as
   literals, as days are. `grain` is a column, or the quoted name of the one grain that the model has. #}
{% macro where_periods_changed(fingerprints, start='period_start_date', grain='period_grain') -%}
    {#- named outside the condition, so that dbt sees the dependency when it parses -#}
    {%- set inputs = ref(fingerprints) -%}
    {%- if execute and is_incremental() -%}
        {%- set conditions = [] -%}
        {%- for name, starts in changed_periods(fingerprints).items() -%}
            {%- if grain in ('period_grain', "'" ~ name ~ "'") -%}
                {%- do conditions.append(grain ~ " = '" ~ name ~ "' and " ~ start ~ ' in (' ~ dates(starts) ~ ')') -%}
            {%- endif -%}
        {%- endfor %}
    where {{ conditions | join(' or ') or 'false' }}
    {%- endif -%}
{%- endmacro %}

{# Restricts what such a model reads of daily rows: to the days of these periods, and of the ones before them where it
   compares the two. #}
{% macro where_days_of_periods_changed(fingerprints, grain, and_before=false) -%}
    {%- set inputs = ref(fingerprints) -%}
    {%- if execute and is_incremental() -%}
        {%- set starts = changed_periods(fingerprints).get(grain) -%}
        {%- if starts %}
            {%- set first = dates(starts[:1]) %}
    where
        usage_date >= {{ period_before(grain, first) if and_before else first }}
        and usage_date < {{ next_period(grain, dates(starts[-1:])) }}
        and (
            {{ period_of(grain, 'usage_date') }} in ({{ dates(starts) }})
            {%- if and_before %}
            or {{ next_period(grain, period_of(grain, 'usage_date')) }} in ({{ dates(starts) }})
            {%- endif %}
        )
        {%- else %}
    where false
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Before the insert: takes out the periods that are built again, also those that will come back empty. #}
{% macro delete_changed_periods(fingerprints, start, grain) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} {{ where_periods_changed(fingerprints, start, grain) }}
    {%- endif -%}
{%- endmacro %}

{# After the insert, in the same transaction: forgets what the changed periods were built from before ... #}
{% macro forget_changed_periods(fingerprints) -%}
    {%- if execute -%}
    delete from {{ built_periods_table() }}
    where
        model_name = '{{ this.name }}'
        and (period_grain, period_start_date) in ({{ changed_periods_sql(fingerprints) }})
    {%- endif -%}
{%- endmacro %}

{# ... and remembers what they are built from now. #}
{% macro remember_changed_periods(fingerprints) -%}
    {%- if execute -%}
    insert into {{ built_periods_table() }}
    select '{{ this.name }}', period_grain, period_start_date, period_fingerprint, {{ utc_now() }}
    from {{ ref(fingerprints) }}
    where (period_grain, period_start_date) in ({{ changed_periods_sql(fingerprints) }})
    {%- endif -%}
{%- endmacro %}
