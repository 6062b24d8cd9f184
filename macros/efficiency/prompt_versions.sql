{# CTEs over `versions`, one row per prompt version: `judged`, with the rule of the version's first day, and `ordered`,
   each beside the version before it, with what that one counted. A version with too few attempts is not compared,
   and compares to none. On the same model only, as a costlier model is not a longer prompt. #}
{% macro versions_beside_earlier(counted) -%}
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
    inner join {{ ref('int_efficiency_rules') }} as rules
        on
            rules.opportunity = 'prompt_regression'
            and versions.first_usage_date >= rules.valid_from and versions.first_usage_date < rules.valid_to
            and rules.provider in ('*', versions.provider)
            and rules.model in ('*', versions.billed_model)
            and rules.service_name in ('*', coalesce(versions.service_name, ''))
            and rules.feature in ('*', coalesce(versions.feature, ''))
    where versions.attempt_count >= rules.min_requests

),

ordered as (

    select
        {% for column in ['prompt_version', 'attempt_count'] + counted %}
        lag({{ column }}) over (
            partition by team_id, service_name, feature, provider, billed_model
            order by first_usage_date, prompt_version
        ) as previous_{{ column }},
        {% endfor %}
        *
    from judged
    where rule_rank = 1

)
{%- endmacro %}
