-- Shared costs, credits and adjustments by hand as they are now, as the nights before have shown them, and what was
-- shown by the rule and drivers of today.
with charges as (

    select * from {{ ref('int_charges') }}
    where charge_type != 'usage'

),

shown as (

    select
        figure as charge_type,
        {{ charge_columns() | reject('equalto', 'charge_type') | join(', ') }},
        sum(change_usd) as amount_usd
    from {{ ref('stg_ops__figure_movements') }}
    where figure != 'usage'
    group by figure, {{ charge_columns() | reject('equalto', 'charge_type') | join(', ') }}

),

-- what was shown of a cost, by the rule and drivers of today
parts as (

    select
        usage_period, charge_type, source_ref, team_id, cost_center_id, provider,
        sum(part_usd) as part_usd
    from {{ ref('int_allocated_parts') }}
    where version = 'shown'
    group by usage_period, charge_type, source_ref, team_id, cost_center_id, provider

),

costs as (

    select * from {{ ref('int_shared_costs') }}

),

compared as (

    select
        {% for column in charge_columns() -%}
        coalesce(charges.{{ column }}, shown.{{ column }}) as {{ column }},
        {% endfor -%}
        charges.pool_id,
        charges.stated_evidence,
        shown.team_id is not null as was_shown,
        coalesce(charges.amount_usd, 0) as now_usd,
        coalesce(shown.amount_usd, 0) as shown_usd
    from charges
    full outer join shown
        on {{ same_columns('charges', 'shown', charge_columns()) }}

),

{% set of_source = 'compared.usage_period, ' ~ cost_of_charge('compared.charge_type') ~ ', compared.source_ref' %}
joined as (

    select
        compared.*,
        costs.recorded_at,
        costs.cost_status,
        costs.invoice_id,
        coalesce(parts.part_usd, 0) as part_usd,
        sum(parts.part_usd) over (partition by {{ of_source }}) as source_part_usd,
        sum(compared.now_usd) over (partition by {{ of_source }}) as source_now_usd,
        sum(compared.shown_usd) over (partition by {{ of_source }}) as source_shown_usd,
        max(compared.pool_id) over (partition by {{ of_source }}) as source_pool_id,
        max(case when compared.was_shown then 1 else 0 end) over (partition by {{ of_source }}) = 1 as was_source_shown
    from compared
    left join parts
        on
            compared.usage_period = parts.usage_period
            and compared.charge_type = parts.charge_type
            and compared.source_ref = parts.source_ref
            and compared.team_id = parts.team_id
            and compared.cost_center_id = parts.cost_center_id
            and compared.provider = parts.provider
    left join costs
        on compared.source_ref = costs.cost_id

),

steps as (

    select
        *,
        case
            when charge_type = 'manual' or not was_source_shown then shown_usd
            -- a pool of requests moves on what is charged as usage already
            when
                source_now_usd = source_shown_usd
                or source_ref = source_pool_id
                or source_ref like '% moved on'
                then now_usd
            when source_part_usd = source_shown_usd then part_usd
            else shown_usd
        end as allocated_usd
    from joined

)

select
    {{ charge_columns() | join(', ') }},
    recorded_at,
    cost_status,
    invoice_id,
    stated_evidence,
    was_source_shown,
    cast(now_usd as {{ money_type() }}) as now_usd,
    cast(shown_usd as {{ money_type() }}) as shown_usd,
    cast(allocated_usd as {{ money_type() }}) as allocated_usd
from steps
where now_usd != shown_usd
