-- The cents of each part, so that in each month a component sums to what the ledger has of it, as well as a statement
-- to its parts. One component after the other, the rare ones first: each part is cut downwards, and the cents
-- that the component then lacks go to the statements that are short of most so far. Whole cents stay as they are.
{% set components = statement_components() | reverse | list %}
with parts as (

    select * from {{ ref('int_statement_exact_parts') }}

),

rounded_0 as (

    select
        posting_period,
        team_id,
        cost_center_id,
        {{ cents_by_component(components) }}
    from parts
    group by 1, 2, 3

),

{% for component in components %}
rounded_{{ loop.index }} as (

    select
        *,
        {{ cents_both_ways(component, components[:loop.index0]) }} as {{ component }}_cents
    from rounded_{{ loop.index0 }}

),

{% endfor -%}
final as (

    select
        parts.posting_period,
        parts.team_id,
        parts.cost_center_id,
        parts.component,
        parts.exact_usd,
        case parts.component
            {% for component in components -%}
            when '{{ component }}' then statements.{{ component }}_cents
            {% endfor -%}
        end as part_cents
    from parts
    inner join rounded_{{ components | length }} as statements
        on
            parts.posting_period = statements.posting_period
            and parts.team_id = statements.team_id
            and parts.cost_center_id = statements.cost_center_id

)

select
    posting_period,
    team_id,
    cost_center_id,
    component,
    exact_usd,
    cast(part_cents as decimal(30, 0)) as part_cents
from final
