-- The same lines without their models.
with models as (

    select * from {{ ref('fct_reconciliation_team_model_daily') }}

)

select
    usage_date,
    team_id,
    provider,
    billing_account_id,
    {% for amount in [
        'gateway_cost_usd', 'provider_cost_usd', 'reconciling_item_usd', 'variance_usd', 'gross_variance_usd'
    ] %}
    cast(sum({{ amount }}) as {{ money_type() }}) as {{ amount }},
    {% endfor %}
    cast(sum(breach_count) as bigint) as breach_count,
    cast(min(case when is_settled then 1 else 0 end) as integer) = 1 as is_settled
from models
group by 1, 2, 3, 4
