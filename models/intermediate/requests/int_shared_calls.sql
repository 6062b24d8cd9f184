-- The names that records of several systems share on one UTC day, and the best authority among them.
{{ incremental_by_day() }}

{% set record = "coalesce(event_id, source_file || ' ' || cast(line_number as " ~ dbt.type_string() ~ "))" %}
with keys as (

    select
        *,
        source_system in {{ application_sources() }} as is_application,
        {{ text_hash('shared_key') }} as key_hash
    from {{ ref('int_call_keys') }}
    {{ where_days_changed('usage_at') }}

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
        or count(distinct source_system || {{ record }}) = count(distinct source_system)
    )
