-- Of each line of the bill, what stands under no team's own credential, project or workspace.
with lines as (

    select * from {{ ref('int_reconciliation_judged') }}
    where has_provider

),

owned as (

    select
        {{ line_keys() | join(', ') }},
        cast(sum(provider_cost_usd) as {{ money_type() }}) as provider_cost_usd
    from {{ ref('int_bill_line_owners') }}
    where team_id is not null
    group by {{ line_keys() | join(', ') }}

)

select
    {% for key in line_keys() %}
    lines.{{ key }},
    {% endfor %}
    cast(coalesce(lines.provider_cost_usd, 0) - coalesce(owned.provider_cost_usd, 0) as {{ money_type() }}) as pool_usd
from lines
left join owned
    on {{ same_line('lines', 'owned') }}
