-- How many raw records are no attempt: delivered twice, copies of what a better source holds, sums of their calls,
-- spans and observations that are no model calls, other traffic of a gateway. What lies on archived days was counted
-- when it was archived.
{% set archived_days = ref('stg_loader__archived_days') %}

with not_counted as (

    select source_system as raw_table
    from (
        {% for model in ['int_duplicate_deliveries', 'int_cross_source_copies', 'int_sums_over_calls'] %}
        select
            source_system,
            usage_date,
            source_file,
            line_number,
            record_number
        from {{ ref(model) }}
        {% if model == 'int_sums_over_calls' %}
        where decision = 'repeats'
        {% endif %}
        {{ 'union' if not loop.last }}
        {% endfor %}
    ) as left_out
    where {{ is_not_archived('usage_date', archived_days) }}

    {% for model in [
        'stg_kong__ai_logs', 'stg_nginx__access_logs', 'stg_envoy__ai_gateway_logs', 'stg_envelope__events',
    ] %}
    union all

    select source_system as raw_table
    from {{ ref(model) }}
    where not is_model_call and {{ is_not_archived('cast(usage_at as date)', archived_days) }}
    {% endfor %}

),

counts as (

    select
        raw_table,
        count(*) as record_count
    from not_counted
    group by 1

    {% for raw_table, records, calls, day in [
        ('otel_genai_spans', 'stg_otel__genai_spans', 'int_otel_requests', 'started_date'),
        ('langfuse_observations', 'stg_langfuse__observations', 'int_langfuse_requests', 'usage_date'),
    ] %}
    union all

    select
        '{{ raw_table }}' as raw_table,
        (
            select count(*)
            from {{ ref(records) }}
            where {{ is_not_archived(day, archived_days) }}
        ) - (
            select count(*)
            from {{ ref(calls) }}
            where {{ is_not_archived('cast(usage_at as date)', archived_days) }}
        ) as record_count
    {% endfor %}

)

select
    cast(raw_table as {{ dbt.type_string() }}) as raw_table,
    cast(sum(record_count) as bigint) as record_count
from counts
group by 1
