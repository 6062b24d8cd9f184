-- Harm: a rule that takes effect in the middle of a month, percentages that do not sum to 100, a limit that does
-- nothing, or money moved by one person alone. What is wrong, and in which row.
select 'allocation_rules: not the first day of a month' as problem, rule_id as row_id
from {{ ref('allocation_rules') }}
where
    valid_from != {{ month_of('valid_from') }}
    or valid_to != {{ month_of('valid_to') }}

union all

select 'allocation_rule_teams: fixed percentages do not sum to 100' as problem, rules.rule_id as row_id
from {{ ref('allocation_rules') }} as rules
left join {{ ref('allocation_rule_teams') }} as teams
    on rules.rule_id = teams.rule_id and teams.treatment = 'include'
where rules.method = 'fixed_percent'
group by rules.rule_id
having coalesce(sum(teams.fixed_percent), 0) != 100

union all

select 'allocation_rules: people are counted whatever they call' as problem, rules.rule_id as row_id
from {{ ref('allocation_rules') }} as rules
left join {{ ref('allocation_rule_models') }} as models
    on rules.rule_id = models.rule_id
where
    rules.method = 'proportional_users'
    and coalesce(rules.driver_provider, rules.driver_environment, models.model) is not null

union all

select 'allocation_rules: to_pool and target_pool_id go together' as problem, rule_id as row_id
from {{ ref('allocation_rules') }}
where (method = 'to_pool') = (target_pool_id is null)

union all

select 'task_budgets: not the first day of a month' as problem, task as row_id
from {{ ref('task_budgets') }}
where
    valid_from != {{ month_of('valid_from') }}
    or valid_to != {{ month_of('valid_to') }}

union all

select 'shared_costs: not the first day of a month' as problem, cost_id as row_id
from {{ ref('shared_costs') }}
where usage_period != {{ month_of('usage_period') }}

union all

select 'shared_costs: a credit is negative, a cost and a tax are not' as problem, cost_id as row_id
from {{ ref('shared_costs') }}
where (cost_kind = 'credit') = (amount_usd > 0) and amount_usd != 0

union all

select 'chargeback_adjustments: not the first day of a month' as problem, adjustment_id as row_id
from {{ ref('chargeback_adjustments') }}
where usage_period != {{ month_of('usage_period') }}

union all

select 'chargeback_adjustments: prepared and approved by the same person' as problem, adjustment_id as row_id
from {{ ref('chargeback_adjustments') }}
where {{ is_one_person('prepared_by', 'approved_by') }}

union all

select
    'reconciliation_reviews: prepared and decided by the same person' as problem,
    cast(usage_date as {{ dbt.type_string() }}) || ' ' || provider || ' ' || billed_model || ' ' || meter as row_id
from {{ ref('reconciliation_reviews') }}
where {{ is_one_person('preparer', 'reviewer') }}

union all

select 'claims: one claim on two accounts' as problem, claim_id as row_id
from {{ ref('claims') }}
group by claim_id
having min(provider) != max(provider) or min(billing_account_id) != max(billing_account_id)

union all

select 'claims: two claims are settled by one line of a credit memo' as problem, credit_invoice_id as row_id
from {{ ref('claims') }}
where credit_invoice_id is not null
group by provider, credit_invoice_id
having
    min(claim_id) != max(claim_id)
    and (
        count(*) != count(credit_line_no)
        or count(distinct claim_id) != count(distinct credit_line_no)
    )

union all

select 'accounting_periods: prepared and approved by the same person' as problem, ledger_hash as row_id
from {{ ref('accounting_periods') }}
where {{ is_one_person('prepared_by', 'approved_by') }}

union all

select approval_kind || ': prepared and approved by the same person' as problem, subject as row_id
from {{ ref('int_signed_decisions') }}
where
    approval_kind in ('shared_cost', 'allocation_rule', 'budget', 'budget_override', 'task_budget')
    and {{ folded_name('prepared_by') }} = {{ folded_name('approved_by') }}
    and {{ folded_name('approved_by') }} != ''

union all

select 'budgets: not the first day of a month' as problem, team_id as row_id
from {{ ref('budgets') }}
where budget_period != {{ month_of('budget_period') }}

union all

select 'spend_minimums: not the first day of a month' as problem, minimum_id as row_id
from {{ ref('spend_minimums') }}
where
    valid_from != {{ month_of('valid_from') }}
    or valid_to != {{ month_of('valid_to') }}

union all

select 'fiscal_years: weeks make 52 or 53, months at most twelve' as problem, fiscal_year as row_id
from {{ ref('fiscal_years') }}
where
    case
        when calendar_kind = 'months'
            then last_day < first_day or last_day >= {{ months_after('first_day', 12) }}
        else last_day not in ({{ days_before('first_day', '(-363)') }}, {{ days_before('first_day', '(-370)') }})
    end
