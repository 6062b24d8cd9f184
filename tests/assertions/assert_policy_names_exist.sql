-- Harm: a slip of the pen in a policy row charges a team that does not exist, or a rule does nothing; a team
-- without terms falls out of the journal. The message names every row.
{% set issues %}
select
    policy_file,
    row_name,
    column_name,
    stated_name,
    problem
from {{ ref('int_policy_issues') }}

union all

select
    'chargeback_terms' as policy_file,
    cast(posting_period as {{ dbt.type_string() }}) as row_name,
    'team_id' as column_name,
    team_id as stated_name,
    'team without terms in this month' as problem
from {{ ref('fct_chargeback_statements') }}
where charge_mode is null
group by posting_period, team_id
{% endset %}
{{ refuse_policy_issues(issues) }}
{{ issues }}
