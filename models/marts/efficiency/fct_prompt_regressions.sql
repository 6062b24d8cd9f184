with versions as (

    select * from {{ ref('int_prompt_versions') }}

),

days as (

    select * from {{ ref('int_prompt_regression_days') }}

),

extra as (

    select
        team_id,
        service_name,
        feature,
        provider,
        billed_model,
        prompt_version,
        max(output_rise) as output_rise,
        cast(sum(output_cost_usd - coalesce(what_if_cost_usd, 0)) as {{ money_type() }}) as extra_output_cost_usd
    from days
    group by 1, 2, 3, 4, 5, 6

)

select
    versions.team_id,
    versions.service_name,
    versions.feature,
    versions.provider,
    versions.billed_model,
    versions.prompt_version,
    versions.previous_prompt_version,
    versions.first_usage_date,
    versions.last_usage_date,
    versions.attempt_count,
    versions.previous_attempt_count,
    versions.output_tokens,
    versions.previous_output_tokens,
    versions.output_tokens_per_attempt,
    versions.previous_output_tokens_per_attempt,
    cast(extra.output_rise as decimal(18, 6)) as output_rise,
    versions.output_cost_usd,
    extra.extra_output_cost_usd,
    versions.rule_id
from versions
inner join extra
    on
        versions.team_id = extra.team_id
        and coalesce(versions.service_name, '') = coalesce(extra.service_name, '')
        and coalesce(versions.feature, '') = coalesce(extra.feature, '')
        and versions.provider = extra.provider
        and versions.billed_model = extra.billed_model
        and versions.prompt_version = extra.prompt_version
