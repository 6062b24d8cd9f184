-- When capacity is paid for by the hour, whatever runs on it: one row per provider, account, model and
-- unbroken span. Reservations that overlap are one span.
{{ config(materialized='table') }}

with {{ capacity_in_force() }},

marked as (

    select
        *,
        max(valid_to) over (
            partition by provider, billing_account_id, model
            order by valid_from, valid_to
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from commitments

),

numbered as (

    select
        *,
        sum(case when valid_from <= covered_to then 0 else 1 end) over (
            partition by provider, billing_account_id, model
            order by valid_from, valid_to
            rows between unbounded preceding and current row
        ) as span_number
    from marked

)

select
    provider,
    billing_account_id,
    model,
    'provisioned' as service_tier,
    min(valid_from) as valid_from,
    max(valid_to) as valid_to
from numbered
group by provider, billing_account_id, model, span_number
