-- Days on which a team broke a rule about its plan: its own use against the plan's pace, and the day on which all that
-- it is charged for the month reached a share of the plan, or of the baseline of a month that nobody has planned.
with spend as (

    select * from {{ ref('int_charged_to_date') }}

),

rules as (

    select * from {{ ref('int_spend_alert_rules') }}

),

limits as (

    select * from {{ ref('int_month_limits') }}

),

applied as (

    select
        spend.*,
        lag(spend.usage_date) over (
            partition by rules.rule_id, spend.team_id, spend.usage_period order by spend.usage_date
        ) as date_before,
        rules.rule_id,
        rules.rule_kind,
        rules.severity,
        rules.window_days,
        rules.threshold,
        rules.minimum_usd,
        limits.limit_usd
    from spend
    inner join rules
        on
            (rules.team_id = '*' or spend.team_id = rules.team_id)
            and spend.usage_date >= rules.valid_from and spend.usage_date < rules.valid_to
    inner join limits
        on
            spend.team_id = limits.team_id
            and spend.usage_period = limits.limit_period
            and (rules.rule_kind = 'baseline_share') = limits.is_baseline

),

against_pace as (

    select
        applied.rule_id, applied.rule_kind, applied.severity, applied.team_id, applied.usage_date,
        applied.threshold, applied.minimum_usd, applied.window_days,
        sum(lately.spend_usd) as observed_usd,
        {{ prorate('applied.limit_usd', 'applied.window_days', month_length('applied.usage_period')) }} as baseline_usd
    from applied
    inner join spend as lately
        on
            applied.team_id = lately.team_id
            and applied.usage_date >= lately.usage_date
            and {{ days_before('applied.usage_date', 'applied.window_days') }} < lately.usage_date
    where applied.rule_kind = 'rolling_share_of_budget'
    group by
        applied.rule_id, applied.rule_kind, applied.severity, applied.team_id, applied.usage_date, applied.threshold,
        applied.minimum_usd, applied.limit_usd, applied.window_days, applied.usage_period

),

-- the day on which the share was reached; of a plan of nothing the first day with a charge
against_plan as (

    select
        rule_id, rule_kind, severity, team_id, usage_date, threshold, minimum_usd, window_days,
        charged_usd as observed_usd,
        limit_usd as baseline_usd
    from applied
    where
        rule_kind in ('budget_share', 'baseline_share') and charged_usd > 0 and (
            date_before is null
            or charged_usd - spend_usd <= 0
            -- only here is the threshold a ratio: one of tokens, times a plan, would not fit
            or charged_usd - spend_usd
            < case when rule_kind in ('budget_share', 'baseline_share') then threshold end * limit_usd
        )

),

final as (

    select * from against_pace
    union all
    select * from against_plan

)

select
    rule_id,
    rule_kind,
    severity,
    team_id,
    usage_date,
    case when rule_kind in ('budget_share', 'baseline_share') then {{ month_of('usage_date') }}
        else {{ days_before('usage_date', '(window_days - 1)') }}
    end as window_start_date,
    threshold,
    cast(observed_usd as {{ money_type() }}) as observed_usd,
    cast(baseline_usd as {{ money_type() }}) as baseline_usd
from final
where observed_usd >= threshold * baseline_usd and observed_usd >= minimum_usd
