-- Days on which a team, or a service of it, spent beyond what it used to. A rule is silent until its window is full
-- of days, or has a whole month, in which there was something to compare with.
with measured as (

    select * from {{ ref('int_spend_against_history') }}

),

compared as (

    select
        *,
        case rule_kind
            when 'daily_ratio' then spend_usd
            when 'unit_cost_ratio' then {{ prorate('observed_work_usd', '1', 'observed_requests') }}
            when 'rolling_share_of_past_months' then observed_spend_usd
            else month_to_date_usd
        end as observed_usd,
        case rule_kind
            when 'daily_ratio' then {{ prorate('before_spend_usd', '1', 'window_days') }}
            when 'unit_cost_ratio' then {{ prorate('before_work_usd', '1', 'before_requests') }}
            when 'past_months_share' then past_month_usd
            when 'past_days_share' then before_month_usd
            else {{ prorate('past_month_usd', 'window_days', month_length('usage_period')) }}
        end as baseline_usd,
        case
            when rule_kind in ('daily_ratio', 'unit_cost_ratio') then day_number - observed_days >= window_days
            when rule_kind = 'past_days_share' then first_day_number - 1 >= window_days
            else day_number >= observed_days
        end as has_full_window,
        case
            when rule_kind in ('past_months_share', 'past_days_share') then usage_period
            else {{ days_before('usage_date', '(observed_days - 1)') }}
        end as window_start_date,
        case
            when rule_kind in ('past_months_share', 'past_days_share') then month_to_date_usd
            else observed_spend_usd
        end as spent_usd
    from measured

)

select
    rule_id,
    rule_kind,
    severity,
    team_id,
    service_name,
    usage_date,
    window_start_date,
    threshold,
    cast(observed_usd as {{ money_type() }}) as observed_usd,
    cast(baseline_usd as {{ money_type() }}) as baseline_usd
from compared
where
    has_full_window
    and baseline_usd > 0
    and observed_usd >= threshold * baseline_usd
    and spent_usd >= minimum_usd
    -- a share of the month is told on the day it is reached, and once
    and (
        rule_kind not in ('past_months_share', 'past_days_share')
        or month_to_date_usd - spend_usd < threshold * baseline_usd
    )
