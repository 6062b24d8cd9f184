-- If several systems log one call (a gateway's ledger, its callback, a tracer), only one record is charged:
-- source_precedence ranks the sources, and the other records of the call are left out. Copies are found by the
-- gateway's id of the call on one UTC day, or by the provider's id of the response and a start within half a
-- minute.
with requests as (

    select
        source_system,
        gateway_call_id,
        provider_response_id,
        usage_at,
        usage_date,
        source_file,
        line_number,
        record_number
    from {{ ref('int_requests_unioned') }}
    where gateway_call_id is not null or provider_response_id is not null

),

keys as (

    select
        *,
        'call ' || gateway_call_id as shared_key,
        true as is_call_key
    from requests
    where gateway_call_id is not null

    union all

    select
        *,
        'response ' || provider_response_id as shared_key,
        false as is_call_key
    from requests
    where provider_response_id is not null

),

precedences as (

    select * from {{ ref('source_precedence') }}

),

ranked as (

    select
        keys.*,
        -- fixed width, so that the smallest text is the best authority
        cast(1000 + coalesce(precedences.precedence, 999) as {{ dbt.type_string() }}) || ' '
        || keys.source_system as authority
    from keys
    left join precedences
        on keys.source_system = precedences.source_system

),

shared as (

    select
        usage_date,
        shared_key,
        min(authority) as authority
    from ranked
    group by 1, 2
    having count(distinct source_system) > 1

),

final as (

    select
        ranked.source_system,
        ranked.usage_date,
        ranked.source_file,
        ranked.line_number,
        ranked.record_number,
        substr(min(shared.authority), 6) as kept_source_system,
        min(ranked.shared_key) as shared_key
    from ranked
    inner join shared
        on
            ranked.usage_date = shared.usage_date
            and ranked.shared_key = shared.shared_key
    inner join ranked as kept
        on
            shared.usage_date = kept.usage_date
            and shared.shared_key = kept.shared_key
            and shared.authority = kept.authority
    where
        ranked.authority != shared.authority
        -- a provider may give one id to two calls; the records of one call start together
        and (
            ranked.is_call_key
            or abs({{ epoch_us('ranked.usage_at') }} - {{ epoch_us('kept.usage_at') }}) <= 30000000
        )
    group by 1, 2, 3, 4, 5

)

select * from final
