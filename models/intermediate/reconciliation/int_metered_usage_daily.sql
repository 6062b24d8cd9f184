-- What the gateways saw, summed by day as a provider bills it, and by what can explain a difference: tier,
-- team, credential, and what became of the attempt. The meters are still columns next to each other. Attempts that
-- cost nothing or do not count are here too: they may be on the bill all the same. A bill is by the meter, so what
-- a partly priced attempt costs by the others is here whether or not it is taken for its cost.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_priced_attempts') }}
    {{ where_days_changed() }}

),

-- a gateway that answers from its own cache replays the provider's answer, id and usage; read apart from
-- the attempts above, because PostgreSQL would write down whole what two steps name
answered as (

    select * from {{ ref('int_priced_attempts') }}
    {{ where_days_changed() }}

),

answers as (

    select
        request_key,
        row_number() over (
            partition by
                usage_date, provider, provider_response_id, iteration_number, uncached_input_tokens, output_tokens
            order by usage_at, request_key
        ) as answer_number
    from answered
    where provider_response_id is not null

),

-- found apart from the meters, which would be sorted along with every attempt
replays as (

    select request_key from answers
    where answer_number > 1

),

counted as (

    select
        attempts.*,
        replays.request_key is not null as is_replay
    from attempts
    left join replays
        on attempts.request_key = replays.request_key

),

named as (

    select
        *,
        {{ named_model() }} as model_name,
        coalesce(priced_tier, service_tier, 'standard') as tier_name,
        coalesce(credential_id, 'none') as credential_name,
        policy_decision = 'quarantine' as is_quarantined,
        case
            when is_gateway_cache_hit then 'gateway_cache_hit'
            when not is_billable and request_status in {{ broken_off_statuses() }} then 'broken_off_without_usage'
            when not is_billable and request_status in {{ failed_statuses() }} then 'failed_without_usage'
            when not is_billable then 'not_billable'
            when price_status = 'usage_missing' then 'usage_missing'
            when is_replay then 'repeated_answer'
            when request_status in {{ failed_statuses() }} then 'failed'
            else 'succeeded'
        end as attempt_outcome
    from counted
    where not is_in_the_future

)

select
    usage_date,
    provider,
    billing_account_id,
    model_name as billed_model,
    tier_name as service_tier,
    team_id,
    credential_name as credential_id,
    attempt_outcome,
    is_billable,
    is_quarantined,
    meters_without_a_price,
    {% for meter in meters() %}
    cast(sum({{ meter.quantity }}) as {{ money_type() }}) as {{ meter.quantity }},
    cast(sum({{ meter.name }}_cost_usd) as {{ money_type() }}) as {{ meter.name }}_cost_usd,
    {% endfor %}
    count(*) as attempt_count,
    cast(
        sum(case when price_status = 'priced' or price_status in {{ free_statuses() }} then 0 else 1 end) as bigint
    ) as unpriced_count,
    cast(sum(case when price_status = 'covered_by_commitment' then 1 else 0 end) as bigint) as covered_count
from named
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
