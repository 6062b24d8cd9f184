-- Each day of a team, or a service of it, under each rule about its own history: what was spent, and what it is
-- compared with. No plan is needed.
with spend as (

    select * from {{ ref('int_watched_spend_daily') }}

),

rules as (

    select * from {{ ref('int_spend_alert_rules') }}
    where
        rule_kind in ('daily_ratio', 'unit_cost_ratio')
        or rule_kind in ('past_months_share', 'past_days_share', 'rolling_share_of_past_months')

),

applied as (

    select
        spend.*,
        rules.rule_id,
        rules.rule_kind,
        rules.severity,
        rules.window_days,
        rules.window_months,
        rules.threshold,
        rules.minimum_usd,
        case rules.rule_kind
            when 'unit_cost_ratio' then 7
            when 'rolling_share_of_past_months' then rules.window_days
            else 1
        end as observed_days
    from spend
    inner join rules
        on
            (rules.team_id = '*' or spend.team_id = rules.team_id)
            and rules.is_by_service = (spend.service_name != '*')
            and spend.usage_date >= rules.valid_from and spend.usage_date < rules.valid_to

),

months as (

    select
        team_id,
        service_name,
        month_number,
        min(day_number) as first_day_number,
        sum(spend_usd) as spend_usd
    from spend
    group by 1, 2, 3

),

-- the whole months before, as many as the rule looks back on and there are
past as (

    select
        applied.rule_id, applied.team_id, applied.service_name, applied.usage_date,
        cast(sum(months.spend_usd) as {{ money_type() }}) as spend_usd,
        count(*) as month_count
    from applied
    inner join months
        on
            applied.team_id = months.team_id
            and applied.service_name = months.service_name
            and applied.month_number > months.month_number
            and applied.month_number - applied.window_months <= months.month_number
    group by 1, 2, 3, 4

),

measured as (

    select
        applied.*,
        months.first_day_number,
        {{ prorate('past.spend_usd', '1', 'past.month_count') }} as past_month_usd,
        cast(applied.spend_so_far_usd - coalesce(until.spend_so_far_usd, 0) as {{ money_type() }})
            as observed_spend_usd,
        cast(applied.work_so_far_usd - coalesce(until.work_so_far_usd, 0) as {{ money_type() }}) as observed_work_usd,
        applied.requests_so_far - coalesce(until.requests_so_far, 0) as observed_requests,
        cast(until.spend_so_far_usd - coalesce(since.spend_so_far_usd, 0) as {{ money_type() }}) as before_spend_usd,
        cast(until.work_so_far_usd - coalesce(since.work_so_far_usd, 0) as {{ money_type() }}) as before_work_usd,
        until.requests_so_far - coalesce(since.requests_so_far, 0) as before_requests,
        cast(month_until.spend_so_far_usd - coalesce(month_since.spend_so_far_usd, 0) as {{ money_type() }})
            as before_month_usd
    from applied
    inner join months
        on
            applied.team_id = months.team_id and applied.service_name = months.service_name
            and applied.month_number = months.month_number
    left join past
        on
            applied.rule_id = past.rule_id and applied.team_id = past.team_id
            and applied.service_name = past.service_name and applied.usage_date = past.usage_date
    {% for name, day in {
        'until': 'applied.day_number - applied.observed_days',
        'since': 'applied.day_number - applied.observed_days - applied.window_days',
        'month_until': 'months.first_day_number - 1',
        'month_since': 'months.first_day_number - 1 - applied.window_days',
    }.items() %}
    left join spend as {{ name }}
        on
            applied.team_id = {{ name }}.team_id and applied.service_name = {{ name }}.service_name
            and {{ day }} = {{ name }}.day_number
    {% endfor %}

)

select * from measured
