-- What each attempt costs, at the price of the second it was used, of the tier that served it. A
-- left join to windows that are tested unique: pricing adds no row and drops none. No price is null,
-- never zero.
with requests as (

    select * from {{ ref('int_requests_under_contract') }}

),

rates as (

    select * from {{ ref('int_rate_windows') }}

),

rated as (

    select
        requests.*,
        rates.price_card_version,
        rates.price_valid_from as rate_valid_from,
        {% for meter in meters() %}
        rates.{{ meter.name }}_rate_usd,
        {% endfor %}
        case
            when not requests.is_billable then 'not_billable'
            when requests.usage_status = 'missing' or requests.usage_issue is not null then 'usage_missing'
            when requests.billed_model is null then 'unpriced_unknown_model'
            when
                rates.model is null
                {%- for meter in meters() %}
                or (requests.{{ meter.quantity }} != 0 and rates.{{ meter.name }}_rate_usd is null)
                {%- endfor %}
                then 'unpriced_no_rate'
            else 'priced'
        end as price_status
    from requests
    left join rates
        on
            requests.provider = rates.provider
            and requests.billed_model = rates.model
            and requests.service_tier = rates.service_tier
            and requests.region_scope = rates.region_scope
            and requests.usage_at >= rates.valid_from
            and requests.usage_at < rates.valid_to
            and requests.tier_basis_tokens >= rates.context_start_tokens
            and requests.tier_basis_tokens < rates.context_end_tokens

),

costed as (

    select
        *,
        {{ meter_costs() }}
    from rated

),

final as (

    select
        *,
        cast({{ sum_of(meter_cost_columns()) }} as {{ money_type() }}) as cost_usd
    from costed

)

select * from final
