-- The negotiated price lists that count: those on record, less withdrawn ones; a later row of one contract
-- ends the one before it.
with contracts as (

    select
        *,
        coalesce(valid_from, cast({{ open_start() }} as timestamp)) as starts_at,
        coalesce(valid_to, cast({{ open_end() }} as timestamp)) as ends_at
    from {{ ref('rate_contracts') }}
    {{ where_known() }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by contract_id, starts_at
            order by recorded_at desc, case when status = 'withdrawn' then 0 else 1 end
        ) as recency
    from contracts

)

select
    contract_id,
    provider,
    billing_account_id,
    unset_lines,
    starts_at as valid_from,
    least(ends_at, lead(starts_at) over (partition by contract_id order by starts_at)) as valid_to
from ranked
where recency = 1 and status != 'withdrawn'
