-- The statements as they follow from the ledger and the seeds of today. Those of closed months stand as they were
-- posted (int_statements); only what a month is compared with is taken from there.
with parts as (

    select * from {{ ref('int_statement_parts') }}

),

posted as (

    select * from {{ ref('stg_ledger__posted_statements') }}

),

terms as (

    select * from {{ ref('int_statement_terms') }}

),

budgets as (

    select * from {{ ref('int_team_budgets') }}

),

totals as (

    select
        posting_period,
        team_id,
        cost_center_id,
        {% for component in statement_components() %}
        sum(case when component = '{{ component }}' then part_cents else 0 end) as {{ component }}_cents,
        {% endfor %}
        sum(part_cents) as total_cents,
        cast(sum(exact_usd) as {{ money_type() }}) as exact_total_usd
    from parts
    group by 1, 2, 3

),

earlier as (

    select
        posting_period,
        team_id,
        cost_center_id,
        cast(total_usd * cast(100 as decimal(3, 0)) as decimal(30, 0)) as total_cents
    from posted

    union all

    select
        posting_period,
        team_id,
        cost_center_id,
        total_cents
    from totals
    where posting_period not in (select posted.posting_period from posted)

),

compared as (

    select
        totals.*,
        previous.total_cents as previous_cents,
        sum(totals.total_cents) over (partition by totals.posting_period) as month_cents
    from totals
    left join earlier as previous
        on
            totals.posting_period = {{ months_after('previous.posting_period', 1) }}
            and totals.team_id = previous.team_id
            and totals.cost_center_id = previous.cost_center_id

)

select
    compared.posting_period,
    compared.team_id,
    compared.cost_center_id,
    terms.charge_mode,
    {{ cents_to_money('(compared.direct_cents + compared.direct_accrued_cents)') }} as direct_usd,
    {{ cents_to_money(
        '(compared.shared_cents + compared.shared_accrued_cents + compared.unused_cents'
        ~ ' + compared.unused_accrued_cents)'
    ) }} as shared_usd,
    {{ cents_to_money('compared.credit_cents') }} as credits_usd,
    {{ cents_to_money(
        '(compared.adjustment_cents + compared.accrual_reversal_cents + compared.invoice_received_cents)'
    ) }} as adjustments_usd,
    {{ cents_to_money('compared.total_cents') }} as total_usd,
    {{ cents_to_money(
        '(compared.direct_accrued_cents + compared.shared_accrued_cents + compared.unused_accrued_cents)'
    ) }} as accrued_usd,
    compared.exact_total_usd,
    {{ money_ratio_of(cents_to_money('compared.total_cents'), cents_to_money('compared.month_cents')) }} as total_share,
    {{ cents_to_money('compared.previous_cents') }} as previous_total_usd,
    {{ cents_to_money('(compared.total_cents - coalesce(compared.previous_cents, 0))') }} as change_usd,
    budgets.budget_usd,
    terms.currency as statement_currency,
    {{ cents_to_money(nearest_cents(prorate(
        cents_to_money('compared.total_cents'), '1000000000',
        'cast(cast(terms.usd_per_unit as decimal(24, 9)) * cast(1000000000 as decimal(10, 0)) as decimal(18, 0))',
    ))) }} as statement_total,
    terms.usd_per_unit,
    terms.rate_date as fx_rate_date,
    terms.rate_source as fx_rate_source
from compared
left join terms
    on compared.posting_period = terms.posting_period and compared.team_id = terms.team_id
left join budgets
    on compared.posting_period = budgets.budget_period and compared.team_id = budgets.team_id
