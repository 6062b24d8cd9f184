-- Every row of a cost that is no request, as recorded; and as an estimate what use of a month that is over lacks to a
-- minimum that was agreed on. The bill of a minimum is recorded under the same cost_id, and replaces the estimate.
-- A table: it holds the day of the run.
{{ config(materialized='table') }}

with minimums as (

    select * from {{ ref('spend_minimums') }}

),

months as (

    select distinct month_start_date as usage_period
    from {{ ref('dim_dates') }}

),

due as (

    select
        minimums.minimum_id,
        minimums.pool_id,
        minimums.provider,
        minimums.billing_account_id,
        minimums.amount_usd,
        months.usage_period
    from minimums
    inner join months
        on
            minimums.valid_from <= months.usage_period
            and months.usage_period < coalesce(minimums.valid_to, {{ open_end() }})
            and {{ months_after('months.usage_period', 1) }} <= {{ run_date() }}

),

used as (

    select
        due.minimum_id,
        due.usage_period,
        sum(usage.amount_usd) as amount_usd
    from due
    inner join {{ ref('int_charges_daily') }} as usage
        on
            due.usage_period = usage.usage_period
            and due.provider = usage.provider
            and due.billing_account_id in ('*', usage.billing_account_id)
    group by 1, 2

)

select
    cost_id, recorded_at, pool_id, usage_period, cost_kind, cost_status, amount_usd, provider, invoice_id,
    reference_invoice_id
from {{ ref('shared_costs') }}

union all

select
    due.minimum_id || ' ' || substring(cast(due.usage_period as {{ dbt.type_string() }}), 1, 7) as cost_id,
    cast({{ open_start() }} as timestamp) as recorded_at,
    due.pool_id,
    due.usage_period,
    'cost' as cost_kind,
    'estimate' as cost_status,
    cast(due.amount_usd - coalesce(used.amount_usd, 0) as {{ money_type() }}) as amount_usd,
    due.provider,
    cast(null as {{ dbt.type_string() }}) as invoice_id,
    cast(null as {{ dbt.type_string() }}) as reference_invoice_id
from due
left join used
    on due.minimum_id = used.minimum_id and due.usage_period = used.usage_period
where due.amount_usd > coalesce(used.amount_usd, 0)
