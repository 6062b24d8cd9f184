-- Each prompt version beside the one before it, on the same model: a dearer model is not a longer prompt.
with days as (

    select * from {{ ref('int_prompt_days') }}

),

rules as (

    select * from {{ ref('int_efficiency_rules') }}
    where opportunity = 'prompt_regression'

),

versions as (

    select
        team_id,
        service_name,
        feature,
        provider,
        billed_model,
        prompt_version,
        min(usage_date) as first_usage_date,
        max(usage_date) as last_usage_date,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(output_tokens) as bigint) as output_tokens,
        cast(sum(output_cost_usd) as {{ money_type() }}) as output_cost_usd
    from days
    group by 1, 2, 3, 4, 5, 6

),

-- the rule of the version's first day; a version with too few answers is not compared, and compares to none
judged as (

    select
        versions.*,
        rules.rule_id,
        rules.min_rise,
        row_number() over (
            partition by
                versions.team_id, versions.service_name, versions.feature,
                versions.provider, versions.billed_model, versions.prompt_version
            order by rules.rule_id
        ) as rule_rank
    from versions
    inner join rules
        on
            versions.first_usage_date >= rules.valid_from and versions.first_usage_date < rules.valid_to
            and rules.provider in ('*', versions.provider)
            and rules.model in ('*', versions.billed_model)
            and rules.service_name in ('*', coalesce(versions.service_name, ''))
            and rules.feature in ('*', coalesce(versions.feature, ''))
    where versions.attempt_count >= rules.min_requests

),

ordered as (

    select
        {% for column in ['prompt_version', 'attempt_count', 'output_tokens'] %}
        lag({{ column }}) over (
            partition by team_id, service_name, feature, provider, billed_model
            order by first_usage_date, prompt_version
        ) as previous_{{ column }},
        {% endfor %}
        *
    from judged
    where rule_rank = 1

)

select
    *,
    {{ ratio_of('output_tokens', 'attempt_count') }} as output_tokens_per_attempt,
    {{ ratio_of('previous_output_tokens', 'previous_attempt_count') }} as previous_output_tokens_per_attempt
from ordered
