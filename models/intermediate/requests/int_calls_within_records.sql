-- Which calls of other systems lie within a record of an application, in time and in its trace. The record may be the
-- sum of them: an agent's span says what its run used, and only the gateway has logged the calls. Clocks differ by
-- seconds, so calls that lie a little outside are here as well, and marked.
{{ incremental_by_day() }}

with records as (

    select * from {{ ref('int_trace_usage') }}
    {{ where_days_changed() }}

),

-- a record that another system has as well is a call
sums as (

    select * from records
    where
        is_kept
        and usage_date = call_date
        and record_count = 1
        and source_system in {{ application_sources() }}
        and input_tokens + output_tokens > 0

),

pairs as (

    select
        sums.*,
        calls.source_system as call_system,
        calls.call_date as inner_date,
        calls.call_file as inner_file,
        calls.call_line as inner_line,
        calls.call_record as inner_record,
        calls.all_input_tokens as call_input_tokens,
        calls.all_output_tokens as call_output_tokens,
        {% for meter in sum_meters() %}
        calls.{{ meter }}_tokens as call_{{ meter }}_tokens,
        {% endfor %}
        calls.started_us - sums.started_us as starts_after_us,
        sums.ended_us - coalesce(calls.ended_us, calls.started_us) as ends_before_us
    from sums
    inner join records as calls
        on
            sums.usage_date = calls.usage_date
            and sums.trace_id = calls.trace_id
            and sums.source_system != calls.source_system
            and calls.record_rank = 1
    -- a call that the system of the sum has as well is no part of what the sum says beyond its own calls
    left join records as own
        on
            sums.usage_date = own.usage_date
            and sums.source_system = own.source_system
            and calls.call_file = own.call_file
            and calls.call_line = own.call_line
            and calls.call_record = own.call_record
    where own.source_file is null

)

select
    {{ record_keys() | join(', ') }},
    source_system,
    inner_date as call_date,
    inner_file as call_file,
    inner_line as call_line,
    inner_record as call_record,
    call_system,
    starts_after_us >= 0 and coalesce(ends_before_us, 0) >= 0 as is_inside,
    ended_us is not null as has_end,
    is_remainder,
    is_one_call,
    input_tokens,
    cached_tokens,
    output_tokens,
    reasoning_tokens,
    -- nothing can be told of a part of a remainder that is not there
    {% for meter in sum_meters() %}
    case when is_remainder then nullif({{ meter }}_tokens, 0) else {{ meter }}_tokens end as {{ meter }}_tokens,
    call_{{ meter }}_tokens,
    {% endfor %}
    call_input_tokens,
    call_output_tokens
from pairs
where starts_after_us >= -{{ nearby_us() }} and coalesce(ends_before_us, 0) >= -{{ nearby_us() }}
