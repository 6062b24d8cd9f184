-- The parts of each statement and their cents. A month keeps the rule by which it was closed: one that an earlier
-- version closed, without posting its statements, must not change by a cent.
with earlier as (

    select distinct parts.posting_period
    from {{ ref('int_statement_exact_parts') }} as parts
    inner join {{ ref('int_posting_state') }} as state
        on parts.posting_period <= state.last_posted_period
    left join {{ ref('stg_ledger__posted_statements') }} as posted
        on parts.posting_period = posted.posting_period
    where posted.posting_period is null

)

{% for parts, months in {'int_statement_parts_both_ways': 'not in', 'int_statement_parts_by_total': 'in'}.items() %}
select
    posting_period,
    team_id,
    cost_center_id,
    component,
    exact_usd,
    part_cents
from {{ ref(parts) }}
where posting_period {{ months }} (select earlier.posting_period from earlier)
{{ 'union all' if not loop.last }}
{% endfor %}
