-- The days of each prompt version that answers longer than the one before it by more than the rule allows,
-- with what as many answers of the version before would have cost.
with versions as (

    select
        *,
        {{ output_rise() }} as output_rise
    from {{ ref('int_prompt_versions') }}

),

days as (

    select * from {{ ref('int_prompt_days') }}

)

select
    days.usage_date,
    days.team_id,
    days.service_name,
    days.feature,
    days.provider,
    days.billed_model,
    days.prompt_version,
    versions.previous_prompt_version,
    versions.rule_id,
    versions.output_rise,
    days.attempt_count,
    days.output_tokens,
    days.output_cost_usd,
    {{ prorate(
        'days.output_cost_usd',
        'cast(floor(versions.previous_output_tokens_per_attempt * days.attempt_count) as bigint)',
        'days.output_tokens',
    ) }} as what_if_cost_usd
from days
inner join versions
    on
        days.team_id = versions.team_id
        and coalesce(days.service_name, '') = coalesce(versions.service_name, '')
        and coalesce(days.feature, '') = coalesce(versions.feature, '')
        and days.provider = versions.provider
        and days.billed_model = versions.billed_model
        and days.prompt_version = versions.prompt_version
where versions.output_rise > versions.min_rise
