-- By which rule the cost of a pool reaches teams: its own, or where that feeds another pool, the rule at the end of the
-- ladder. A ladder that leads back to one of its pools, or that does not end, has a problem and no rule.
with rules as (

    select * from {{ ref('int_allocation_rules') }}

),

step_0 as (

    select
        pool_id,
        rule_id as first_rule_id,
        rule_id,
        pool_id as last_pool_id,
        method,
        allocated_by,
        target_pool_id,
        pool_id as pool_path,
        false as is_circle,
        valid_from,
        valid_to
    from rules

),

{% for step in range(1, ladder_steps() + 1) %}
step_{{ step }} as (

    select
        before.pool_id,
        before.first_rule_id,
        rules.rule_id,
        rules.pool_id as last_pool_id,
        rules.method,
        rules.allocated_by,
        rules.target_pool_id,
        before.pool_path || ' > ' || rules.pool_id as pool_path,
        {{ dbt.position("' > ' || rules.pool_id || ' > '", "' > ' || before.pool_path || ' > '") }} > 0 as is_circle,
        greatest(before.valid_from, rules.valid_from) as valid_from,
        least(before.valid_to, rules.valid_to) as valid_to
    from step_{{ step - 1 }} as before
    inner join rules
        on
            before.target_pool_id = rules.pool_id
            and before.valid_from < rules.valid_to
            and before.valid_to > rules.valid_from
    where not before.is_circle

),
{% endfor %}

steps as (

    {% for step in range(ladder_steps() + 1) %}
    select
        *,
        {{ step }} as step_count
    from step_{{ step }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    pool_id,
    first_rule_id,
    rule_id,
    last_pool_id,
    method,
    allocated_by,
    pool_path,
    step_count,
    case
        when is_circle then 'pools feed each other in a circle'
        when target_pool_id is not null then 'more than {{ ladder_steps() }} pools one after the other'
    end as ladder_problem,
    valid_from,
    valid_to
from steps
where target_pool_id is null or is_circle or step_count = {{ ladder_steps() }}
