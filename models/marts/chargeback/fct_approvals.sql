-- What people answer for, from the seeds in which they signed. The hash is of the figures they decided on: another
-- figure under the same name has another hash.
{% set text = dbt.type_string() %}
with stated as (

    select
        'close' as approval_kind,
        cast(period_start as {{ text }}) as subject,
        period_start as usage_period,
        'closed' as decision,
        posted_usd as amount_usd,
        prepared_by,
        approved_by,
        closed_at as decided_at,
        ledger_hash as figures_hash
    from {{ ref('accounting_periods') }}

    union all

    select
        'reconciliation_review' as approval_kind,
        {{ row_name(['usage_date', 'provider', 'billing_account_id', 'billed_model', 'meter']) }} as subject,
        {{ month_of('usage_date') }} as usage_period,
        decision,
        variance_usd as amount_usd,
        preparer as prepared_by,
        reviewer as approved_by,
        reviewed_at as decided_at,
        md5({{ row_text(['usage_date', 'provider', 'billing_account_id', 'billed_model', 'meter', 'variance_usd']) }})
            as figures_hash
    from {{ ref('reconciliation_reviews') }}

    union all

    select
        'adjustment' as approval_kind,
        adjustment_id as subject,
        usage_period,
        reason as decision,
        amount_usd,
        prepared_by,
        approved_by,
        recorded_at as decided_at,
        md5({{ row_text(['adjustment_id', 'usage_period', 'team_id', 'cost_center_id', 'amount_usd']) }})
            as figures_hash
    from {{ ref('chargeback_adjustments') }}

    union all

    select
        'allocation_rule' as approval_kind,
        rule_id as subject,
        valid_from as usage_period,
        method as decision,
        cast(null as {{ money_type() }}) as amount_usd,
        cast(null as {{ text }}) as prepared_by,
        approved_by,
        cast(null as timestamp) as decided_at,
        md5({{ row_text(['rule_id', 'pool_id', 'method', 'allocated_by', 'driver_provider', 'driver_environment']) }})
            as figures_hash
    from {{ ref('allocation_rules') }}

    union all

    select
        'budget' as approval_kind,
        {{ row_name(['team_id', 'budget_period']) }} as subject,
        budget_period as usage_period,
        'plan' as decision,
        plan_usd as amount_usd,
        cast(null as {{ text }}) as prepared_by,
        approved_by,
        cast(null as timestamp) as decided_at,
        md5({{ row_text(['team_id', 'budget_period', 'plan_usd']) }}) as figures_hash
    from {{ ref('budgets') }}

    union all

    select
        'budget_override' as approval_kind,
        {{ row_name(['team_id', 'budget_period', 'recorded_at']) }} as subject,
        budget_period as usage_period,
        reason as decision,
        plan_usd as amount_usd,
        cast(null as {{ text }}) as prepared_by,
        approved_by,
        recorded_at as decided_at,
        md5({{ row_text(['team_id', 'budget_period', 'plan_usd']) }}) as figures_hash
    from {{ ref('budget_overrides') }}

)

select
    approval_kind,
    subject,
    usage_period,
    decision,
    amount_usd,
    prepared_by,
    approved_by,
    case when {{ is_one_person('prepared_by', 'approved_by') }} then false else true end as is_by_two,
    decided_at,
    figures_hash
from stated
