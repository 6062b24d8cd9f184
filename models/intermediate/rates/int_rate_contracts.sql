-- The negotiated price lists that count, by what was known when: those on record then, less withdrawn ones;
-- a later row of one contract ends the one before it.
with knowledge as (

    select * from {{ ref('int_rate_card_states') }}

),

contracts as (

    select
        *,
        {{ starts_and_ends() }}
    from {{ ref('rate_contracts') }}

),

ranked as (

    select
        contracts.*,
        knowledge.as_of_recorded_at,
        {{ recorded_rank(['as_of_recorded_at', 'contract_id']) }}
    from contracts
    inner join knowledge
        on contracts.recorded_at <= knowledge.as_of_recorded_at

)

select
    as_of_recorded_at,
    contract_id,
    provider,
    billing_account_id,
    price_of_unlisted,
    currency,
    starts_at as valid_from,
    least(ends_at, lead(starts_at) over (partition by as_of_recorded_at, contract_id order by starts_at)) as valid_to
from ranked
{{ where_in_force() }}
