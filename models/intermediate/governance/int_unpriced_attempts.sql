-- Every attempt that lacks a price, of all its meters or of some, and what one whose provider nobody knows would
-- have cost at the list price of the model's maker: the money at stake, never a cost. The makers' names are the last
-- part of the model's.
{{ config(tags=['by_day']) }}

with attempts as (

    select
        *,
        {{ named_model() }} as model_name
    from {{ ref('int_accepted_attempts') }}
    where price_status in {{ unpriced_statuses() }} or price_status = 'usage_missing'

),

makers as (

    select * from {{ ref('int_served_names') }}
    where named_under = '*'

),

tiers as (

    select * from {{ ref('int_service_tier_names') }}

),

rates as (

    select * from {{ ref('int_rate_windows') }}

),

requests as (

    select
        attempts.request_key,
        attempts.usage_date,
        attempts.team_id,
        attempts.provider as stated_provider,
        attempts.model_name,
        attempts.priced_tier as stated_tier,
        attempts.region_scope,
        attempts.price_status,
        attempts.price_source,
        attempts.meters_without_a_price,
        attempts.cost_usd,
        attempts.cost_lower_bound_usd,
        attempts.usage_issue,
        attempts.gateway_reported_cost_usd,
        attempts.context_tokens,
        {% for meter in meters() %}
        attempts.{{ meter.quantity }},
        {% endfor %}
        makers.provider,
        makers.model as billed_model,
        coalesce(tiers.service_tier, attempts.priced_tier) as priced_tier,
        attempts.usage_at as priced_at
    from attempts
    left join makers
        on
            -- for a condition on the attempts alone DuckDB would compare each of them with each maker
            case
                when attempts.price_status = 'unpriced_unknown_provider'
                    then regexp_replace(attempts.model_name, '^.*/', '')
            end = makers.model_name
            and attempts.usage_at >= makers.valid_from
            and attempts.usage_at < makers.valid_to
    left join tiers
        on
            makers.provider = tiers.provider
            and attempts.priced_tier = tiers.alias

)

select
    requests.request_key,
    requests.usage_date,
    requests.team_id,
    requests.stated_provider as provider,
    requests.model_name,
    requests.stated_tier as service_tier,
    requests.region_scope,
    requests.price_status,
    requests.price_source,
    requests.meters_without_a_price,
    requests.cost_usd,
    requests.cost_lower_bound_usd,
    requests.usage_issue,
    requests.context_tokens as input_tokens,
    {% for meter in meters() %}
    requests.{{ meter.quantity }},
    {% endfor %}
    requests.gateway_reported_cost_usd,
    requests.provider as maker,
    case when rates.price_card_version is not null then {{ what_if_cost() }} end as maker_list_cost_usd
from requests
left join rates
    on {{ rate_applies('rates') }}
