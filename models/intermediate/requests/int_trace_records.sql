-- The records of traces that several systems have logged, with what each used as figures that can be compared, and the
-- call that each is of. Where a record of an application lasts over midnight, the trace's records of the next day are
-- here as well, under the day of that record.
{{ incremental_by_day() }}

with looked_at as (

    select * from {{ ref('int_shared_traces') }}
    {{ where_days_changed() }}

),

requests as (

    select * from {{ ref('int_requests_unioned') }}
    {{ where_days_near_changed('usage_at') }}

),

duplicates as (

    select * from {{ ref('int_duplicate_deliveries') }}
    {{ where_days_near_changed() }}

),

-- a record that was delivered twice counts once for its call
kept as (

    select kept.*
    from {{ ref('int_kept_records') }} as kept
    left join duplicates
        on
            kept.usage_date = duplicates.usage_date
            and kept.kept_source_file = duplicates.source_file
            and kept.kept_line_number = duplicates.line_number
            and kept.kept_record_number = duplicates.record_number
    where duplicates.source_file is null

),

timed as (

    select
        requests.*,
        looked_at.usage_date as run_date,
        kept.source_file is null as is_kept,
        coalesce(kept.kept_source_file, requests.source_file) as call_file,
        coalesce(kept.kept_line_number, requests.line_number) as call_line,
        coalesce(kept.kept_record_number, requests.record_number) as call_record,
        {{ epoch_us('requests.usage_at') }}
        - case when requests.usage_at_basis = 'end' then 1000 * coalesce(requests.latency_ms, 0) else 0 end
            as started_us,
        1000 * requests.latency_ms as duration_us,
        coalesce(requests.reported_cache_read_tokens, 0) + coalesce(
            requests.reported_cache_write_tokens,
            coalesce(requests.reported_cache_write_5m_tokens, 0) + coalesce(requests.reported_cache_write_30m_tokens, 0)
            + coalesce(requests.reported_cache_write_1h_tokens, 0)
            + coalesce(requests.reported_cache_write_12h_tokens, 0)
        ) as cached_tokens,
        count(*) over (partition by looked_at.usage_date, looked_at.trace_id) as trace_size
    from requests
    inner join looked_at
        on
            requests.usage_date = looked_at.call_date
            and requests.trace_id = looked_at.trace_id
    left join duplicates
        on {{ same_record('requests', 'duplicates') }}
    left join kept
        on {{ same_record('requests', 'kept') }}
    where requests.trace_id is not null and duplicates.source_file is null

)

select
    run_date as usage_date,
    usage_date as call_date,
    source_file,
    line_number,
    record_number,
    source_system,
    trace_id,
    is_kept,
    call_file,
    call_line,
    call_record,
    started_us,
    started_us + duration_us as ended_us,
    coalesce(reported_input_tokens, 0) as input_tokens,
    coalesce(reported_output_tokens, 0) as output_tokens,
    cached_tokens,
    coalesce(reported_reasoning_tokens, 0) as reasoning_tokens,
    reported_total_tokens as total_tokens,
    {% for meter in sum_meters() %}
    reported_{{ meter }}_tokens as {{ meter }}_tokens,
    {% endfor %}
    lower(provider_name) as provider_name,
    split_part(usage_emitter, ' ', 1) as emitter,
    coalesce(usage_quality = 'remainder', false) as is_remainder,
    coalesce(provider_response_id, gateway_call_id) is not null as is_one_call
from timed
where trace_size <= {{ longest_trace() }}
