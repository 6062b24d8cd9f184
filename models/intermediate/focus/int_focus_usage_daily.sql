-- What is charged for usage, summed as far as one price per meter allows: the prices of an attempt are
-- found again, and are part of the grain. Of a partly priced attempt, the meters that have a price, where the lower
-- bound is taken for its cost.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

rates as (

    select
        *,
        {{ rates_key() }} as rates_key
    from {{ ref('int_rate_windows') }}

),

contract_rates as (

    select
        *,
        {{ rates_key() }} as rates_key
    from {{ ref('int_contract_rates') }}

),

requests as (

    select
        *,
        {{ priced_at() }} as priced_at
    from attempts
    where is_billable and cost_usd is not null

)

select
    requests.usage_date,
    requests.team_id,
    requests.cost_center_id,
    requests.service_name,
    requests.feature,
    requests.environment,
    requests.provider,
    requests.billing_account_id,
    coalesce(requests.billed_model, lower(requests.served_model), lower(requests.requested_model)) as billed_model,
    requests.service_tier,
    requests.priced_tier,
    requests.region_scope,
    requests.price_source,
    requests.price_card_version,
    rates.context_start_tokens as list_context_start_tokens,
    rates.rates_key as list_rates_key,
    contract_rates.context_start_tokens as contract_context_start_tokens,
    contract_rates.rates_key as contract_rates_key,
    {% for meter in meters() %}
    cast(sum(requests.{{ meter.quantity }}) as bigint) as {{ meter.quantity }},
    cast(sum(requests.{{ meter.name }}_cost_usd) as {{ money_type() }}) as {{ meter.name }}_cost_usd,
    max(rates.{{ meter.name }}_rate_usd) as {{ meter.name }}_list_rate_usd,
    {% endfor %}
    count(*) as attempt_count
from requests
{{ left_join_rates() }}
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
