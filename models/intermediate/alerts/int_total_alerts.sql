-- Totals that are off, and lines that do not say so: the month of an account; else the month of a model; else a day. A
-- month that is off speaks for its models and days, a model for the days.
with totals as (

    select
        *,
        {{ month_of('period_start_date') }} as month_date,
        case total_level when 'month' then 1 when 'model' then 2 else 3 end as level_place
    from {{ ref('fct_reconciliation_totals') }}
    where total_status = 'breach' and total_level != 'account'

),

-- what is beyond its own tolerance is told line by line
lines as (

    select
        *,
        {{ month_of('usage_date') }} as month_date
    from {{ ref('fct_reconciliation_daily') }}
    where status = 'breach' and coalesce(decision_state, 'open') in ('open', 'reopened')

),

told as (

    select
        totals.total_level,
        totals.period_start_date,
        totals.provider,
        totals.billed_model,
        sum(lines.variance_usd) as told_usd
    from totals
    inner join lines
        on
            totals.provider = lines.provider
            and totals.billed_model in ('all', lines.billed_model)
            and totals.period_start_date
            = case totals.total_level when 'day' then lines.usage_date else lines.month_date end
    where totals.total_level != 'month'
    group by 1, 2, 3, 4

),

untold as (

    select
        totals.*,
        min(totals.level_place) over (partition by totals.provider, totals.month_date) as first_place
    from totals
    left join told
        on
            totals.total_level = told.total_level
            and totals.period_start_date = told.period_start_date
            and totals.provider = told.provider
            and totals.billed_model = told.billed_model
    where abs(totals.undecided_variance_usd - coalesce(told.told_usd, 0)) > totals.materiality_usd

)

select
    'reconciliation_total' as kind,
    untold.period_start_date as alert_date,
    untold.provider || case untold.total_level
        when 'month' then ', account ' || untold.billing_account_id
        when 'model' then ', model ' || untold.billed_model
        else ', all accounts'
    end as subject,
    case untold.total_level
        when 'month' then 'the month as a whole is off by more than its materiality'
        else 'the ' || case untold.total_level when 'model' then 'model''s month' else 'day' end
            || ' is off by more than its materiality, although its lines are not'
    end as cause,
    max(untold.settled_line_count) as item_count,
    max(abs(untold.undecided_variance_usd)) as amount_usd,
    max(days.found_date) as newest_date,
    max(untold.provider) as provider
from untold
inner join {{ ref('int_bill_days') }} as days
    on
        untold.provider = days.provider
        and untold.billing_account_id in ('all', days.billing_account_id)
        and untold.period_start_date
        = case untold.total_level when 'day' then days.usage_date else {{ month_of('days.usage_date') }} end
where untold.level_place = untold.first_place and days.is_settled
group by 2, 3, 4
