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
        coalesce(contract_rates.contract_valid_from, rates.price_valid_from) as rate_valid_from
    from requests
    {{ left_join_rates() }}

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

final as (

    select
        *,
        cast({{ sum_of(meter_cost_columns()) }} as {{ money_type() }}) as cost_usd
    from costed

)

select
    *,
    {{ list_cost() }} as list_cost_usd
from final
