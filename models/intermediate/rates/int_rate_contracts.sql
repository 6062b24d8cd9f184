-- The negotiated price lists that count, by what was known when: those on record then, less withdrawn ones;
-- a later row of one contract ends the one before it.
with knowledge as (

    select * from {{ ref('int_rate_knowledge') }}

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
        knowledge.known_at,
        {{ recency(['known_at', 'contract_id']) }}
    from contracts
    inner join knowledge
        on contracts.recorded_at <= knowledge.known_at

)

select
    known_at,
    contract_id,
    provider,
    billing_account_id,
    unset_lines,
    starts_at as valid_from,
    least(ends_at, lead(starts_at) over (partition by known_at, contract_id order by starts_at)) as valid_to
from ranked
{{ where_in_force() }}
