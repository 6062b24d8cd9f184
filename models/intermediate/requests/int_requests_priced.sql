-- What each attempt costs, at the price of the second it was used: its account's negotiated one, else the
-- listed one. Left joins to windows that are tested unique: pricing adds no row and drops none. No price
-- is null, never zero.
with requests as (

    select * from {{ ref('int_requests_with_tariff') }}

),

rates as (

    select * from {{ ref('int_rate_windows') }}

),

contract_rates as (

    select * from {{ ref('int_contract_rates') }}

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
        coalesce(contract_rates.context_end_tokens, rates.context_end_tokens) as context_end_tokens
    from requests
    left join rates
        on {{ rate_applies('rates') }}
    left join contract_rates
        on
            requests.billing_account_id = contract_rates.billing_account_id
            and {{ rate_applies('contract_rates') }}

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
            when {{ lacks_a_rate() }} then 'unpriced_no_rate'
            else 'priced'
        end as price_status
    from rated

),

costed as (

    select
        *,
        case
            when price_status = 'covered_by_commitment' then 'commitment'
            when price_status = 'priced' and rate_contract_id is not null then 'contract'
            when price_status = 'priced' and source_count is not null then 'community'
            when price_status = 'priced' then 'list'
        end as price_source,
        case
            when price_status != 'priced' then null
            when source_count is null then 'card'
            when source_count > 1 then 'agreed'
            else 'single'
        end as price_confidence,
        {{ meter_costs() }}
    from judged

),

summed as (

    select
        *,
        cast({{ sum_of(meter_cost_columns()) }} as {{ money_type() }}) as cost_usd,
        -- longer by its cache, a request may reach the next context tier; null elsewhere, so that the look-up costs
        -- nothing
        case
            when fits_two_readings and price_status = 'priced' and context_tokens + cached_tokens >= context_end_tokens
                then provider
        end as longer_provider,
        context_tokens + cached_tokens as longer_context_tokens
    from costed

)

select
    requests.*,
    {{ list_cost() }} as list_cost_usd,
    {{ cost_if_cache_beside() }} as cost_if_cache_beside_usd
from summed as requests
left join rates as longer_rates
    on
        requests.longer_provider = longer_rates.provider
        and requests.rate_contract_id is null
        and {{ rate_applies('longer_rates', 'longer_context_tokens') }}
left join contract_rates as longer_contract_rates
    on
        requests.longer_provider = longer_contract_rates.provider
        and requests.rate_contract_id is not null
        and requests.billing_account_id = longer_contract_rates.billing_account_id
        and {{ rate_applies('longer_contract_rates', 'longer_context_tokens') }}
