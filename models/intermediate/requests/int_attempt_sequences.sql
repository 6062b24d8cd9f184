-- Why a request took more than one attempt, and which answer was used. Few attempts share their request with
-- another, so these are looked for by a number first. A call whose duration no log has is taken to last a minute
-- when it was answered, and no time when it failed: only calls that overlap can be a fan-out.
{{ incremental_by_day() }}

{% set request = 'usage_date, source_system, logical_request_id, credential_id' %}
{% set sequence = "coalesce(attempt_number, 1), case when repeats_another then 1 else 0 end, usage_at, "
    ~ "case when has_failed or request_status = 'retry' then 0 else 1 end, request_key" %}
with attempts as (

    select
        *,
        {{ text_hash('logical_request_id') }} as request_hash,
        {{ named_model() }} as model_name,
        coalesce(is_retry, false) or coalesce(is_fallback, false) as repeats_another,
        request_status in {{ failed_statuses() }} as has_failed
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

shared as (

    select
        usage_date,
        request_hash
    from attempts
    group by 1, 2
    having count(*) > 1

),

repeated as (

    select attempts.*
    from attempts
    left join shared
        on
            attempts.usage_date = shared.usage_date
            and attempts.request_hash = shared.request_hash
    where shared.request_hash is not null or attempts.repeats_another or attempts.stated_attempt_reason is not null

),

ordered as (

    select
        *,
        row_number() over in_order as place,
        lag(model_name) over in_order as previous_model,
        lag(coalesce(requested_model, served_model)) over in_order as previous_requested_model,
        lag(has_failed) over in_order as previous_has_failed,
        lag(coalesce(cast(status_code as {{ dbt.type_string() }}), request_status)) over in_order as previous_outcome,
        max({{ plus_ms('usage_at', 'coalesce(latency_ms, case when has_failed then 0 else 60000 end)') }})
            over earlier as earlier_end_at
    from repeated
    window
        in_order as (partition by {{ request }} order by {{ sequence }}),
        earlier as (
            partition by {{ request }} order by {{ sequence }}
            rows between unbounded preceding and 1 preceding
        )

),

reasoned as (

    select
        *,
        case
            when stated_attempt_reason is not null then stated_attempt_reason
            when place = 1 and not repeats_another then null
            when
                not repeats_another
                and coalesce(requested_model, served_model) != previous_requested_model
                and usage_at <= earlier_end_at
                then 'fan_out'
            when previous_has_failed then {{ attempt_reason_of('previous_outcome') }}
            else 'unknown'
        end as attempt_reason
    from ordered

),

marked as (

    select
        *,
        max(case when attempt_reason = 'fan_out' then 1 else 0 end) over (partition by {{ request }}) as has_fan_out
    from reasoned

)

select
    request_key,
    usage_date,
    attempt_reason,
    previous_model,
    case
        when attempt_reason = 'fan_out' then 'fan_out'
        when attempt_reason is null then null
        when is_fallback or (not repeats_another and model_name != previous_model) then 'fallback'
        else 'retry'
    end as path_kind,
    row_number() over (
        partition by {{ request }}
        order by
            case when is_answer_used then 0 when has_fan_out = 1 and has_failed then 2 else 1 end,
            coalesce(attempt_number, 1) desc, case when repeats_another then 1 else 0 end desc,
            usage_at desc,
            -- of two attempts at one instant, the one that answered is the last
            case when has_failed or request_status = 'retry' then 1 else 0 end asc,
            request_key asc
    ) as answer_rank
from marked
