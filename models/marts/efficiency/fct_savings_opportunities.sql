-- What each month would have cost otherwise. An attempt may be in several opportunities, so savings of
-- different opportunities do not add up; within one they do.
with what_ifs as (

    select * from {{ ref('int_what_if_daily') }}
    where opportunity != 'cache_used'

),

regressions as (

    select * from {{ ref('int_prompt_regression_days') }}

),

rules as (

    select * from {{ ref('int_efficiency_rules') }}

),

daily as (

    select
        usage_date,
        opportunity,
        rule_id,
        team_id,
        service_name,
        feature,
        provider,
        billed_model,
        case
            when opportunity in ('premium_short_task', 'model_switch') then alternative_model
            when opportunity = 'batchable_live' then alternative_tier
        end as alternative,
        attempt_count,
        actual_cost_usd,
        what_if_cost_usd
    from what_ifs
    where attempt_count > 0

    union all

    select
        usage_date,
        'prompt_regression' as opportunity,
        rule_id,
        team_id,
        service_name,
        feature,
        provider,
        billed_model,
        previous_prompt_version as alternative,
        attempt_count,
        output_cost_usd as actual_cost_usd,
        coalesce(what_if_cost_usd, 0) as what_if_cost_usd
    from regressions

),

with_rule as (

    select
        daily.*,
        rules.assumption,
        {{ month_of('daily.usage_date') }} as usage_month
    from daily
    inner join rules
        on
            daily.rule_id = rules.rule_id
            and daily.usage_date >= rules.valid_from and daily.usage_date < rules.valid_to

),

monthly as (

    select
        usage_month,
        opportunity,
        rule_id,
        team_id,
        service_name,
        feature,
        provider,
        billed_model,
        alternative,
        max(assumption) as assumption,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(actual_cost_usd) as {{ money_type() }}) as actual_cost_usd,
        cast(sum(what_if_cost_usd) as {{ money_type() }}) as what_if_cost_usd
    from with_rule
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9

)

select
    monthly.*,
    cast(monthly.actual_cost_usd - monthly.what_if_cost_usd as {{ money_type() }}) as saving_usd,
    monthly.usage_month = {{ month_of(last_complete_day()) }} as is_last_month
from monthly
where monthly.actual_cost_usd > monthly.what_if_cost_usd
