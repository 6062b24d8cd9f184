-- Usage that one side knows and the other does not, by credential: calls past the gateways, and calls that
-- the gateways saw and no bill has.
with lines as (

    select * from {{ ref('fct_reconciliation_daily') }}
    where status not in ('reconciling_item', 'no_bill')

),

billed as (

    select * from {{ ref('int_bill_line_owners') }}
    where not is_reconciling_item

),

gateway as (

    select
        {{ line_keys() | join(', ') }},
        credential_id,
        team_id,
        sum(gateway_quantity) as quantity,
        sum(gateway_cost_usd) as cost_usd
    from {{ ref('int_gateway_meters_daily') }}
    where is_counted
    group by {{ line_keys() | join(', ') }}, credential_id, team_id

),

found as (

    select
        {% for key in line_keys() %}
        lines.{{ key }},
        {% endfor %}
        'provider_only' as seen_by,
        billed.credential_id,
        billed.sub_account_id,
        coalesce(billed.team_id, 'unattributed') as team_id,
        billed.credential_status,
        billed.provider_quantity as quantity,
        billed.provider_cost_usd as cost_usd,
        lines.is_settled
    from lines
    inner join billed
        on {{ same_line('lines', 'billed') }}
    where not lines.has_gateway or billed.credential_status = 'unregistered'
    union all
    select
        {% for key in line_keys() %}
        lines.{{ key }},
        {% endfor %}
        'gateway_only' as seen_by,
        gateway.credential_id,
        'none' as sub_account_id,
        gateway.team_id,
        'gateway' as credential_status,
        gateway.quantity,
        gateway.cost_usd,
        lines.is_settled
    from lines
    inner join gateway
        on {{ same_line('lines', 'gateway') }}
    where not lines.has_provider

)

select
    {{ line_keys() | join(', ') }},
    seen_by,
    credential_id,
    sub_account_id,
    team_id,
    credential_status,
    cast(sum(quantity) as {{ money_type() }}) as quantity,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(min(case when is_settled then 1 else 0 end) as integer) = 1 as is_settled
from found
group by {{ line_keys() | join(', ') }}, seen_by, credential_id, sub_account_id, team_id, credential_status
