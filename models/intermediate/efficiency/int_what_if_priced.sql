-- The cost of each candidate under its alternative, at the rates of the second it was used: the same join to the
-- same windows as the pricing of the attempt itself. Without a rate the cost is null, and nothing is claimed.
{{ config(tags=['by_day']) }}

with candidates as (

    select * from {{ ref('int_what_if_candidates') }}

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
        rule_id,
        opportunity,
        team_id,
        service_name,
        feature,
        prompt_version,
        provider as actual_provider,
        coalesce(alternative_provider, provider) as provider,
        billing_account_id,
        billed_model as actual_model,
        coalesce(alternative_model, billed_model) as billed_model,
        case when opportunity = 'batchable_live' then 'batch' else priced_tier end as priced_tier,
        -- regions are a provider's own
        case when alternative_provider != provider then 'global' else region_scope end as region_scope,
        {{ priced_at() }} as priced_at,
        case when opportunity = 'long_input' then context_tokens - {{ moved_input() }} else context_tokens end
            as context_tokens,
        cost_usd as actual_cost_usd,
        assumed_share,
        min_requests,
        {{ what_if_quantities() }}
    from candidates

),

rated as (

    select
        requests.*,
        {{ effective_rates() }}
    from requests
    {{ left_join_rates() }}

),

costed as (

    select
        *,
        case when provider != actual_provider then provider || '/' else '' end
        || billed_model as alternative_model,
        case when opportunity = 'failed_attempts' then 0 else {{ what_if_cost() }} end as other_cost_usd,
        -- the part that changes, in millionths
        case
            when opportunity in ('failed_attempts', 'model_switch')
                then cast(floor(coalesce(assumed_share, 1) * 1000000) as bigint)
            else 1000000
        end as changed_share
    from rated

)

select
    request_key,
    usage_date,
    rule_id,
    opportunity,
    team_id,
    service_name,
    feature,
    prompt_version,
    actual_provider as provider,
    actual_model as billed_model,
    alternative_model,
    priced_tier as alternative_tier,
    min_requests,
    actual_cost_usd,
    -- nearly all change as a whole, and to share a cost out takes longer than all else here
    cast(
        case
            when changed_share = 1000000 then other_cost_usd
            else
                {{ prorate('actual_cost_usd', '(1000000 - changed_share)', '1000000') }}
                + {{ prorate('other_cost_usd', 'changed_share', '1000000') }}
        end as {{ money_type() }}
    ) as what_if_cost_usd
from costed
