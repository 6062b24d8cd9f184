-- What each attempt costs, at the price of the second it was used: its account's negotiated one, else the
-- listed one. Left joins to windows that are tested unique: pricing adds no row and drops none. No price
-- is null, never zero; a meter without one leaves the others their price.
with requests as (

    select * from {{ ref('int_requests_with_tariff') }}

),

rates as (

    select * from {{ ref('int_rate_windows') }}

),

contract_rates as (

    select * from {{ ref('int_contract_rates') }}

),

lower_bounds as (

    select * from {{ ref('int_partly_priced_models') }}

),

rated as (

    select
        requests.*,
        rates.price_card_version as list_version,
        rates.source_count,
        contract_rates.contract_id as rate_contract_id,
        {% for meter in meters() %}
        rates.{{ meter.name }}_rate_usd as {{ meter.name }}_list_rate_usd,
        {% endfor %}
        {{ effective_rates() }},
        coalesce(contract_rates.contract_valid_from, rates.price_valid_from) as rate_valid_from,
        lower_bounds.model is not null as takes_lower_bound
    from requests
    left join rates
        on {{ rate_applies('rates') }}
    left join contract_rates
        on
            requests.billing_account_id = contract_rates.billing_account_id
            and {{ rate_applies('contract_rates') }}
    left join lower_bounds
        on {{ lower_bound_applies('lower_bounds') }}

),

judged as (

    select
        *,
        case
            when not is_billable then 'not_billable'
            when is_committed then 'covered_by_commitment'
            -- a call that was answered used something, so a reported zero is no price of zero either
            when usage_status in ('missing', 'zero_reported') or usage_issue is not null then 'usage_missing'
            when is_unknown_provider then 'unpriced_unknown_provider'
            when billed_model is null then 'unpriced_unknown_model'
            else {{ rated_status() }}
        end as price_status
    from rated

),

costed as (

    select
        *,
        case
            when price_status = 'covered_by_commitment' then 'commitment'
            when price_status not in {{ rated_statuses() }} then null
            when rate_contract_id is not null then 'contract'
            when source_count is not null then 'community'
            else 'list'
        end as price_source,
        case
            when price_status not in {{ rated_statuses() }} then null
            when source_count is null then 'card'
            when source_count > 1 then 'agreed'
            else 'single'
        end as price_confidence,
        {{ meter_costs() }}
    from judged

),

bounded as (

    select
        *,
        {{ cost_lower_bound() }} as cost_lower_bound_usd,
        {{ meters_without_a_price() }} as meters_without_a_price
    from costed

),

final as (

    select
        *,
        cast(
            case when price_status != 'partly_priced' or takes_lower_bound then cost_lower_bound_usd end
            as {{ money_type() }}
        ) as cost_usd
    from bounded

)

select
    *,
    {{ list_cost() }} as list_cost_usd
from final
