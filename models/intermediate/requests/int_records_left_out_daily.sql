-- How many raw records of a day are no attempt: delivered twice, copies of what a better source holds, sums of their
-- calls, spans and observations that are no model calls, other traffic of a gateway.
{{ incremental_by_day() }}
{% set of_a_record = ['source_system', 'usage_date', 'source_file', 'line_number', 'record_number'] %}

with left_out as (

    {% for model in ['int_duplicate_deliveries', 'int_cross_source_copies', 'int_sums_over_calls'] %}
    select {{ of_a_record | join(', ') }}
    from {{ ref(model) }}
    {{ where_days_changed() }}
    {% if model == 'int_sums_over_calls' %}
    {{ 'and' if is_incremental() else 'where' }} decision = 'repeats'
    {% endif %}
    {{ 'union' if not loop.last }}
    {% endfor %}

),

-- a call is no longer among the records that are none
records as (

    {% for model in [
        'stg_kong__ai_logs', 'stg_nginx__access_logs', 'stg_envoy__ai_gateway_logs', 'stg_envelope__events',
    ] %}
    select
        source_system as raw_table,
        usage_at,
        1 as record_count
    from {{ ref(model) }}
    where not is_model_call

    union all
    {% endfor %}

    {% for raw_table, model, instant, record_count in [
        ('otel_genai_spans', 'stg_otel__genai_spans', 'started_at', 1),
        ('otel_genai_spans', 'int_otel_requests', 'usage_at', -1),
        ('langfuse_observations', 'stg_langfuse__observations', 'usage_at', 1),
        ('langfuse_observations', 'int_langfuse_requests', 'usage_at', -1),
    ] %}
    select
        '{{ raw_table }}' as raw_table,
        {{ instant }} as usage_at,
        {{ record_count }} as record_count
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

dated as (

    select
        *,
        cast(usage_at as date) as usage_date
    from records

),

counted as (

    select
        source_system as raw_table,
        usage_date,
        1 as record_count
    from left_out

    union all

    select
        raw_table,
        usage_date,
        record_count
    from dated
    {{ where_days_changed('usage_at') }}

)

select
    cast(raw_table as {{ dbt.type_string() }}) as raw_table,
    usage_date,
    cast(sum(record_count) as bigint) as record_count
from counted
group by 1, 2
