-- Harm: a history of figures that does not end at the figure shown explains a change that never was, and answers
-- "why is this not what I saw?" with another number.
with spend as (

    select
        'usage' as figure,
        usage_date,
        coalesce(team_id, 'unattributed') as team_id,
        coalesce(provider, 'none') as provider,
        coalesce(sum(cost_usd), 0) as cost_usd,
        sum(attempt_count) as attempt_count,
        sum(unpriced_count) as unpriced_count
    from {{ ref('fct_spend_daily') }}
    group by 2, 3, 4

),

charged as (

    select
        charge_type as figure,
        usage_period as usage_date,
        team_id,
        provider,
        sum(amount_usd) as cost_usd,
        0 as attempt_count,
        0 as unpriced_count
    from {{ ref('fct_chargeback_ledger') }}
    where charge_type != 'usage'
    group by 1, 2, 3, 4

),

shown as (

    select * from spend
    union all
    select * from charged

),

movements as (

    select
        figure,
        usage_date,
        team_id,
        provider,
        sum(change_usd) as cost_usd,
        sum(attempt_change) as attempt_count,
        sum(unpriced_change) as unpriced_count
    from {{ ref('fct_figure_changes') }}
    group by 1, 2, 3, 4

)

select
    coalesce(shown.figure, movements.figure) as figure,
    coalesce(shown.usage_date, movements.usage_date) as usage_date,
    coalesce(shown.team_id, movements.team_id) as team_id,
    coalesce(shown.provider, movements.provider) as provider,
    shown.cost_usd as shown_usd,
    movements.cost_usd as movements_usd
from shown
full outer join movements
    on
        shown.figure = movements.figure
        and shown.usage_date = movements.usage_date
        and shown.team_id = movements.team_id
        and shown.provider = movements.provider
where
    coalesce(shown.cost_usd, 0) != coalesce(movements.cost_usd, 0)
    or coalesce(shown.attempt_count, 0) != coalesce(movements.attempt_count, 0)
    or coalesce(shown.unpriced_count, 0) != coalesce(movements.unpriced_count, 0)
