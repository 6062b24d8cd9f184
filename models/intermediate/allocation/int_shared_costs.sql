-- The current row of each cost that is no request: the last one recorded.
with ranked as (

    select
        *,
        row_number() over (partition by cost_id order by recorded_at desc) as recorded_rank
    from {{ ref('int_recorded_shared_costs') }}

)

select
    cost_id,
    recorded_at,
    pool_id,
    usage_period,
    cost_kind,
    cost_status,
    amount_usd,
    coalesce(provider, 'none') as provider,
    invoice_id,
    reference_invoice_id
from ranked
where recorded_rank = 1
