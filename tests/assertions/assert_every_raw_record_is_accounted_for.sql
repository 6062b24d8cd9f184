-- Harm: a record that is neither a request, nor a duplicate, nor a copy of what a better source holds, nor a sum of
-- its calls, nor rejected has been lost, and its money with it. Spans and observations that are not model calls, and
-- other traffic of a gateway, are counted as such.
with loaded as (

    select
        raw_table,
        sum(record_count) as record_count
    from {{ ref('stg_loader__files') }}
    where raw_table in {{ gateway_tables() }}
    group by 1

),

explained as (

    -- an answer made in pieces is one record
    select
        cast(source_system as {{ dbt.type_string() }}) as raw_table,
        count(*) as record_count
    from {{ ref('int_priced_attempts') }}
    where coalesce(iteration_number, 1) = 1
    group by 1

    union all

    select
        source_system as raw_table,
        count(*) as record_count
    from (
        select
            source_system,
            source_file,
            line_number,
            record_number
        from {{ ref('int_duplicate_deliveries') }}
        union
        select
            source_system,
            source_file,
            line_number,
            record_number
        from {{ ref('int_cross_source_copies') }}
        union
        select
            source_system,
            source_file,
            line_number,
            record_number
        from {{ ref('int_sums_over_calls') }}
        where decision = 'repeats'
    ) as left_out
    group by 1

    union all

    select
        'otel_genai_spans' as raw_table,
        (select count(*) from {{ ref('stg_otel__genai_spans') }})
        - (select count(*) from {{ ref('int_otel_requests') }}) as record_count

    -- other traffic of a gateway
    {% for model in [
        'stg_kong__ai_logs', 'stg_nginx__access_logs', 'stg_envoy__ai_gateway_logs', 'stg_envelope__events',
    ] %}
    union all

    select
        source_system as raw_table,
        count(*) as record_count
    from {{ ref(model) }}
    where not is_model_call
    group by 1

    {% endfor %}
    union all

    select
        'langfuse_observations' as raw_table,
        (select count(*) from {{ ref('stg_langfuse__observations') }})
        - (select count(*) from {{ ref('int_langfuse_requests') }}) as record_count

),

accounted as (

    select
        raw_table,
        sum(record_count) as record_count
    from explained
    group by 1

)

select
    loaded.raw_table,
    loaded.record_count,
    coalesce(accounted.record_count, 0) as accounted_count
from loaded
left join accounted
    on loaded.raw_table = accounted.raw_table
where loaded.record_count != coalesce(accounted.record_count, 0)
