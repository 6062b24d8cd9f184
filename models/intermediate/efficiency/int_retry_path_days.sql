-- Attempts that repeat an earlier one, by what they repeat and why: few rows, read once a day. A further call of a
-- request whose attempts succeeded, with nothing that says it is a repeat, may be another step and is left out.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

sequences as (

    select * from {{ ref('int_attempt_sequences') }}
    where attempt_reason is not null

),

extra as (

    select
        attempts.*,
        sequences.attempt_reason,
        sequences.path_kind,
        sequences.previous_model,
        {{ named_model() }} as to_model
    from attempts
    inner join sequences
        on
            attempts.usage_date = sequences.usage_date
            and attempts.request_key = sequences.request_key
    where attempts.is_fallback or attempts.is_retry or sequences.attempt_reason != 'unknown'

)

select
    usage_date,
    team_id,
    service_name,
    feature,
    provider,
    path_kind,
    attempt_reason,
    case when path_kind = 'retry' then to_model else coalesce(fallback_from_model, previous_model, 'unknown') end
        as from_model,
    to_model,
    count(*) as attempt_count,
    cast(sum(case when request_status in {{ failed_statuses() }} then 1 else 0 end) as bigint) as failed_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
from extra
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
