-- Which attempts could have run otherwise: by rule, each attempt once per opportunity; and those that used a
-- cache, to see what that was worth.
{{ config(tags=['by_day']) }}

with attempts as (

    select
        *,
        {{ quantity_of_kind('cache_read') }} + {{ quantity_of_kind('cache_write') }} as cached_tokens
    from {{ ref('int_accepted_attempts') }}
    where price_status = 'priced'

),

-- what was cached is matched as by one more rule: PostgreSQL reads all days of what is read twice
rules as (

    select
        provider, model, service_name, feature, environment, valid_from, valid_to,
        rule_id, opportunity, alternative_provider, alternative_model, assumed_share, min_requests,
        min_input_tokens, max_input_tokens, max_output_tokens
    from {{ ref('int_efficiency_rules') }}

    union all

    select
        '*' as provider, '*' as model, '*' as service_name, '*' as feature, '*' as environment,
        {{ open_start() }} as valid_from,
        {{ open_end() }} as valid_to,
        'cache-used' as rule_id,
        'cache_used' as opportunity,
        null as alternative_provider,
        null as alternative_model,
        null as assumed_share,
        null as min_requests,
        null as min_input_tokens,
        null as max_input_tokens,
        null as max_output_tokens

),

matched as (

    select
        attempts.*,
        rules.rule_id,
        rules.opportunity,
        rules.alternative_provider,
        rules.alternative_model,
        rules.assumed_share,
        rules.min_requests,
        rules.max_output_tokens as output_cap_tokens,
        row_number() over (
            partition by attempts.usage_date, attempts.request_key, rules.opportunity order by rules.rule_id
        ) as rule_rank
    from attempts
    inner join rules
        on {{ rule_speaks_of_attempt() }}
    where
        (rules.opportunity = 'batchable_live' and attempts.priced_tier = 'standard')
        or (
            rules.opportunity = 'premium_short_task'
            and attempts.context_tokens <= rules.max_input_tokens
            and attempts.output_tokens <= rules.max_output_tokens
        )
        or (
            rules.opportunity = 'cache_missed'
            and attempts.cached_tokens = 0
            and attempts.uncached_input_tokens >= rules.min_input_tokens
        )
        or (
            rules.opportunity = 'model_switch'
            and (
                rules.alternative_model != attempts.billed_model
                or coalesce(rules.alternative_provider, attempts.provider) != attempts.provider
            )
        )
        or (rules.opportunity = 'long_input' and attempts.uncached_input_tokens >= rules.min_input_tokens)
        or (rules.opportunity = 'long_output' and attempts.output_tokens > rules.max_output_tokens)
        or (rules.opportunity = 'failed_attempts' and attempts.request_status in {{ failed_statuses() }})
        or (rules.opportunity = 'cache_used' and attempts.cached_tokens > 0)

)

select
    -- what is needed of an attempt to price it as something else
    request_key, usage_date, usage_at, usage_at_basis, latency_ms, team_id, service_name, feature, prompt_version,
    provider, billing_account_id, billed_model, priced_tier, region_scope, context_tokens, cost_usd,
    {{ meter_quantities() | join(', ') }},
    rule_id,
    opportunity,
    alternative_provider,
    alternative_model,
    assumed_share,
    min_requests,
    output_cap_tokens
from matched
where rule_rank = 1
