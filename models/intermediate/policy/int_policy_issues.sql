-- Every row of the company's files that names something that does not exist: a phantom would be charged, or the
-- rule would do nothing. And every team that no row of chargeback_terms covers at any time, and pools that feed
-- each other in a circle.
{{ config(materialized='table') }}

with stated as (

    {% for file, row, column, kind in policy_references() %}
    select
        '{{ file }}' as policy_file,
        {{ row_name(row) }} as row_name,
        '{{ column }}' as column_name,
        '{{ kind }}' as kind,
        {{ column }} as stated_name
    from {{ ref(file) }}
    where {{ column }} is not null and {{ column }} != '*'
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

unknown as (

    select
        stated.policy_file,
        stated.row_name,
        stated.column_name,
        stated.stated_name,
        'unknown ' || stated.kind as problem
    from stated
    left join {{ ref('int_policy_names') }} as known
        on stated.kind = known.kind and stated.stated_name = known.name
    where known.name is null

),

uncovered as (

    select distinct
        'chargeback_terms' as policy_file,
        '-' as row_name,
        'team_id' as column_name,
        teams.team_id as stated_name,
        'team without terms' as problem
    from {{ ref('teams') }} as teams
    left join {{ ref('chargeback_terms') }} as terms
        on terms.team_id in (teams.team_id, '*')
    where terms.team_id is null

)

select * from unknown
union all
select * from uncovered
union all
select
    'allocation_rules' as policy_file,
    first_rule_id as row_name,
    'target_pool_id' as column_name,
    pool_path as stated_name,
    ladder_problem as problem
from {{ ref('int_allocation_ladders') }}
where ladder_problem is not null
