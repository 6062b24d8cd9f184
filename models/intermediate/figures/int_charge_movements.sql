-- What shared costs, credits and adjustments by hand are more or less than the nights before have shown, by cause: of a
-- cost its shares first, then its amount, as the ledger takes them (int_shared_steps).
with steps as (

    select * from {{ ref('int_charge_steps') }}

)

select
    {{ charge_columns() | join(', ') }},
    'allocation' as cause,
    cast(allocated_usd - shown_usd as {{ money_type() }}) as change_usd,
    'the same amount by the rule and drivers of today' as evidence
from steps
where allocated_usd != shown_usd

union all

select
    {{ charge_columns() | join(', ') }},
    case
        when charge_type = 'manual' then 'correction'
        when not was_source_shown then 'first_published'
        else 'restatement'
    end as cause,
    cast(now_usd - allocated_usd as {{ money_type() }}) as change_usd,
    case
        when charge_type = 'manual'
            then 'chargeback_adjustments: ' || source_ref || ' '
                || coalesce(stated_evidence, 'is no longer in the seed')
        when recorded_at is null then 'shared_costs: ' || source_ref || ' is no longer in the seed'
        else 'shared_costs: ' || source_ref || ' recorded ' || cast(recorded_at as {{ dbt.type_string() }})
            || ', ' || cost_status || coalesce(', invoice ' || invoice_id, '')
    end as evidence
from steps
where now_usd != allocated_usd
