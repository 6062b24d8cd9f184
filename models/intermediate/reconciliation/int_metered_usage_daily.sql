-- What the gateways saw, summed as a provider bills it; the meters still stand beside each other.
{{ incremental_by_day() }}

with requests as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    provider,
    billing_account_id,
    coalesce(billed_model, lower(served_model), lower(requested_model), 'none') as billed_model,
    {% for meter in meters() %}
    cast(sum({{ meter.quantity }}) as {{ money_type() }}) as {{ meter.quantity }},
    cast(sum({{ meter.name }}_cost_usd) as {{ money_type() }}) as {{ meter.name }}_cost_usd,
    {% endfor %}
    count(*) as attempt_count,
    cast(
        sum(case when price_status in ('priced', 'not_billable', 'covered_by_commitment') then 0 else 1 end) as bigint
    ) as unpriced_count
from requests
where is_billable
group by 1, 2, 3, 4
