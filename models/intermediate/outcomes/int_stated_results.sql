-- What records of calls say beside the call: what it brought about, and a cost in a currency of which fx_rates has no
-- rate. An outcome whose record names no trace is credited with what the request cost on that day.
{{ incremental_by_day() }}

with stated as (

    select
        *,
        cast(usage_at as date) as usage_date
    from {{ ref('stg_envelope__events') }}
    where
        stated_outcome is not null
        or (cost_in_currency is not null and gateway_reported_cost_usd is null)

),

records as (

    select * from stated
    {{ where_days_changed('usage_at') }}

),

attempts as (

    select
        *,
        {{ named_model() }} as named_model
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

wanted as (

    select distinct
        usage_date,
        logical_request_id
    from records
    where stated_outcome is not null and trace_id is null

),

ranked as (

    select
        attempts.*,
        sum(attempts.cost_usd) over one_request as outcome_cost_usd,
        row_number() over (
            partition by attempts.usage_date, attempts.logical_request_id
            order by attempts.cost_usd desc nulls last, attempts.request_key asc
        ) as cost_rank
    from attempts
    inner join wanted
        on attempts.usage_date = wanted.usage_date and attempts.logical_request_id = wanted.logical_request_id
    where attempts.source_system = 'envelope_events'
    window one_request as (partition by attempts.usage_date, attempts.logical_request_id)

)

select
    records.usage_date,
    records.logical_request_id,
    records.trace_id,
    records.stated_outcome,
    records.is_outcome_successful,
    coalesce(records.customer_id, ranked.customer_id) as customer_id,
    coalesce(records.feature, ranked.feature) as feature,
    ranked.named_model as billed_model,
    ranked.prompt_version,
    cast(ranked.outcome_cost_usd as {{ money_type() }}) as outcome_cost_usd,
    case when records.gateway_reported_cost_usd is null then records.cost_currency end as unknown_currency,
    case when records.gateway_reported_cost_usd is null then records.cost_in_currency end as unknown_cost,
    records.source_file,
    records.line_number,
    records.record_number
from records
left join ranked
    on
        records.usage_date = ranked.usage_date
        and records.logical_request_id = ranked.logical_request_id
        and records.trace_id is null
        and ranked.cost_rank = 1
