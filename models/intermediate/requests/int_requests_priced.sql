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
        coalesce(contract_rates.context_end_tokens, rates.context_end_tokens) as context_end_tokens,
        lower_bounds.model is not null as takes_lower_bound
    from requests
    {{ left_join_rates() }}
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
        {{ price_source() }} as price_source,
        {{ price_confidence() }} as price_confidence,
        {{ meter_costs() }}
    from judged

),

summed as (

    select
        *,
        {{ cost_lower_bound() }} as cost_lower_bound_usd,
        {{ meters_without_a_price() }} as meters_without_a_price,
        {{ cost_that_counts() }} as cost_usd,
        -- null where the tier stays, and on the side that has no price: a condition on one side alone in a left
        -- join would be compared with every price
        case when rate_contract_id is null then {{ reaches_next_tier() }} end as longer_provider,
        case when rate_contract_id is not null then {{ reaches_next_tier() }} end as longer_contract_provider,
        context_tokens + cached_tokens as longer_context_tokens
    from costed

)

select
    requests.*,
    {{ list_cost() }} as list_cost_usd,
    {{ cost_if_cache_beside() }} as cost_if_cache_beside_usd
from summed as requests
left join {{ ref('int_rate_windows') }} as longer_rates
    on
        requests.longer_provider = longer_rates.provider
        and {{ rate_applies('longer_rates', 'longer_context_tokens') }}
left join {{ ref('int_contract_rates') }} as longer_contract_rates
    on
        requests.longer_contract_provider = longer_contract_rates.provider
        and requests.billing_account_id = longer_contract_rates.billing_account_id
        and {{ rate_applies('longer_contract_rates', 'longer_context_tokens') }}
