-- The three traces, or single requests, that cost most of each line of a day: where a rise leads back to.
{{ incremental_by_day() }}

with attempts as (

    select
        *,
        {{ named_model() }} as named_model
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

work as (

    select
        usage_date,
        {{ spend_line_key() }} as spend_line_key,
        {{ trace_or_request() }} as trace_or_request,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd
    from attempts
    where cost_usd > 0
    group by 1, 2, 3

),

ranked as (

    select
        *,
        row_number() over (
            partition by usage_date, spend_line_key order by cost_usd desc, trace_or_request asc
        ) as cost_rank
    from work

)

select
    usage_date,
    spend_line_key,
    trace_or_request,
    cost_usd
from ranked
where cost_rank <= 3
