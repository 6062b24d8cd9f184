-- Which record counts for another one of the same call. The records of one call start together: a stamp may be that of
-- its end, so its duration is allowed for. Two records that share only a trace and a model must not disagree on the
-- output.
{{ incremental_by_day() }}

with shared as (

    select * from {{ ref('int_shared_calls') }}
    {{ where_days_changed() }}

),

call_keys as (

    select * from {{ ref('int_call_keys') }}
    {{ where_days_changed() }}

),

records as (

    select call_keys.*
    from call_keys
    inner join shared
        on
            call_keys.usage_date = shared.usage_date
            and call_keys.shared_key = shared.shared_key

)

select
    records.usage_date,
    records.source_file,
    records.line_number,
    records.record_number,
    records.source_system,
    records.shared_key,
    kept.source_system as kept_source_system,
    kept.source_file as kept_source_file,
    kept.line_number as kept_line_number,
    kept.record_number as kept_record_number
from shared
inner join records
    on
        shared.usage_date = records.usage_date
        and shared.shared_key = records.shared_key
inner join records as kept
    on
        shared.usage_date = kept.usage_date
        and shared.shared_key = kept.shared_key
        and shared.authority = kept.authority
where
    records.authority != shared.authority
    and (
        records.key_kind = 'call'
        or abs({{ epoch_us('records.usage_at') }} - {{ epoch_us('kept.usage_at') }})
        <= 30000000 + 1000 * greatest(coalesce(records.latency_ms, 0), coalesce(kept.latency_ms, 0))
    )
    and (
        records.key_kind != 'trace'
        or records.reported_output_tokens is null
        or kept.reported_output_tokens is null
        or records.reported_output_tokens = kept.reported_output_tokens
    )
