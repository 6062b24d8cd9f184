-- What a month is held against where nobody has set a plan: a share of the average of the three months before, as far
-- as the team has been charged that long. A month between without any charge counts as nothing.
with months as (

    select
        posting_period as budget_period,
        team_id,
        sum(amount_usd) as spent_usd
    from {{ ref('int_ledger_entries') }}
    group by 1, 2

),

known as (

    select
        *,
        min(budget_period) over (partition by team_id) as first_period
    from months

),

sums as (

    select
        known.budget_period,
        known.team_id,
        cast(sum(earlier.spent_usd) as {{ money_type() }}) as trailing_usd
    from known
    inner join months as earlier
        on
            known.team_id = earlier.team_id
            and known.budget_period > earlier.budget_period
            and {{ months_after('known.budget_period', -3) }} <= earlier.budget_period
    where known.first_period <= {{ months_after('known.budget_period', -3) }}
    group by 1, 2

),

rules as (

    select
        team_id,
        trailing_share,
        {{ validity_dates() }}
    from {{ ref('budget_baselines') }}

),

-- the row of a team goes before the common one, also where it says that there is no baseline
ruled as (

    select
        sums.*,
        cast(rules.trailing_share * 10000 as decimal(18, 0)) as share_units,
        row_number() over (
            partition by sums.budget_period, sums.team_id
            order by case when rules.team_id = '*' then 1 else 0 end
        ) as rule_rank
    from sums
    inner join rules
        on
            rules.team_id in ('*', sums.team_id)
            and sums.budget_period >= rules.valid_from and sums.budget_period < rules.valid_to

)

select
    budget_period,
    team_id,
    cast({{ prorate('trailing_usd', 'share_units', '30000') }} as {{ money_type() }}) as baseline_usd
from ruled
where rule_rank = 1 and share_units is not null and trailing_usd > 0
