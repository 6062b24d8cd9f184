-- What an attempt would have cost at the rates of the model that was asked for, as of its own time, where another
-- name was billed. Only these few are priced a second time. Without a rate, or without a price of its own, the
-- cost is null, and nothing is claimed.
with attempts as (

    select
        *,
        {{ named_model() }} as named_model
    from {{ ref('int_accepted_attempts') }}
    where model_drift != 'none'

),

rates as (

    select * from {{ ref('int_rate_windows') }}

),

contract_rates as (

    select * from {{ ref('int_contract_rates') }}

),

requests as (

    select
        request_key,
        usage_date,
        team_id,
        service_name,
        source_system,
        provider as billed_provider,
        coalesce(requested_canonical_model, lower(requested_model), 'none') as requested_model,
        named_model,
        model_drift,
        cost_usd as actual_cost_usd,
        price_status = 'priced' as is_priced,
        requested_canonical_model is null and model_drift in ('alias', 'snapshot') as is_same_model,
        requested_canonical_provider as provider,
        requested_canonical_model as billed_model,
        billing_account_id,
        priced_tier,
        region_scope,
        usage_at as priced_at,
        context_tokens,
        {{ meters() | map(attribute='quantity') | join(',\n        ') }}
    from attempts

),

rated as (

    select
        requests.*,
        {{ effective_rates() }}
    from requests
    {{ left_join_rates() }}

)

select
    request_key,
    usage_date,
    team_id,
    service_name,
    source_system,
    billed_provider as provider,
    requested_model,
    named_model as billed_model,
    model_drift,
    actual_cost_usd as cost_usd,
    case
        when is_priced and is_same_model then actual_cost_usd
        when is_priced and price_card_version is not null then {{ what_if_cost() }}
    end as requested_model_cost_usd
from rated
