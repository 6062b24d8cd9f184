-- Harm: the raw records of a day are in the archive, so that its figures stay as they were built; a record that comes
-- late, or a price or an owner that is corrected, changes nothing and nobody is told. A warning with the days, until
-- the archive is brought back.
{{ config(
    severity='warn',
    meta={'says': 'Archived days for which something came later', 'look_at': 'docs/runbook.md, "Keep old raw records elsewhere"'},
) }}

with archived as (

    select * from {{ ref('stg_loader__archived_days') }}

),

late_records as (

    select
        days.event_date as usage_date,
        'records of ' || days.raw_table as what_came
    from {{ ref('stg_loader__days') }} as days
    inner join archived
        on
            days.event_date = archived.usage_date
            and days.loaded_at > archived.archived_at
    where days.raw_table in {{ gateway_tables() }}

),

other_rules as (

    {% for kind, words in [('price', 'prices'), ('owner', 'owners'), ('reading', 'rules of counting')] %}
    select
        archived.usage_date,
        'other {{ words }}' as what_came
    from archived
    inner join {{ ref('int_day_fingerprints') }} as fingerprints
        on archived.usage_date = fingerprints.usage_date
    where fingerprints.{{ kind }}_fingerprint != archived.{{ kind }}_fingerprint
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select * from late_records

    union

    select * from other_rules

)

select
    what_came,
    min(usage_date) as first_date,
    max(usage_date) as last_date,
    count(*) as day_count
from final
group by 1
