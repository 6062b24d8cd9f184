-- The names that records of several systems share on one UTC day, and the best authority among them.
with keys as (

    select
        keys.*,
        keys.source_system in {{ application_sources() }} as is_application,
        {{ text_hash('keys.shared_key') }} as key_hash,
        -- fixed width, so that the smallest text is the best authority
        cast(1000 + coalesce(precedences.precedence, 999) as {{ dbt.type_string() }}) || ' '
        || keys.source_system as authority
    from {{ ref('int_call_keys') }} as keys
    left join {{ ref('source_precedence') }} as precedences
        on keys.source_system = precedences.source_system

),

-- numbers take a fraction of the memory of the texts they stand for
application_keys as (

    select distinct
        usage_date,
        key_hash
    from keys
    where is_application and not is_of_one_call

),

candidates as (

    select keys.*
    from keys
    left join application_keys
        on
            keys.usage_date = application_keys.usage_date
            and keys.key_hash = application_keys.key_hash
    where keys.is_of_one_call or application_keys.key_hash is not null

)

select
    usage_date,
    shared_key,
    min(authority) as authority
from candidates
group by 1, 2
having
    count(distinct source_system) > 1
    and (
        min(case when is_of_one_call then 1 else 0 end) = 1
        or count(distinct source_system || coalesce(event_id, source_file || cast(line_number as {{ dbt.type_string() }})))
        = count(distinct source_system)
    )
