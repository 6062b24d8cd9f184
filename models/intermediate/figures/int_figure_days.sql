{{ config(materialized='table') }}

-- Which days' figures may have moved this night, and by what: each part of what a day is made of against the same when
-- the day was last looked at. Days that int_charges_daily has not been built from yet wait for the night that does.
{% set parts = {
    'data': 'loads_fingerprint', 'price': 'price_fingerprint', 'owner': 'owner_fingerprint',
    'reading': 'reading_fingerprint', 'code': 'code_fingerprint',
} %}
-- depends_on: {{ ref('int_charges_daily') }}
with days as (

    select
        *,
        '{{ code_fingerprint('model.ai_cost.int_charges_daily') if execute }}' as code_fingerprint
    from {{ ref('int_day_fingerprints') }}

),

ranked as (

    select
        *,
        row_number() over (partition by usage_date order by seen_at desc) as recency
    from {{ ref('stg_ops__figure_days') }}

),

begun as (

    select
        {{ has_rows(ref('stg_ops__figure_movements')) }} as has_movements,
        {{ has_rows('ranked') }} as has_days

),

compared as (

    select
        days.*,
        not begun.has_movements as is_record_new,
        not begun.has_movements or (ranked.usage_date is null and begun.has_days) as is_first,
        {% for part, fingerprint in parts.items() %}
        coalesce(days.{{ fingerprint }} != ranked.{{ fingerprint }}, false) as is_{{ part }}_changed,
        {% endfor %}
        ranked.usage_date is null as is_unknown,
        coalesce(ranked.seen_at, cast({{ open_start() }} as timestamp)) as last_seen_at
    from days
    inner join {{ built_days_table() }} as built
        on
            days.usage_date = built.usage_date
            and days.day_fingerprint = built.day_fingerprint
            and built.model_name = 'int_charges_daily'
    cross join begun
    left join ranked
        on days.usage_date = ranked.usage_date and ranked.recency = 1

)

select
    '{{ invocation_id }}' as night_id,
    {{ night_at() }} as recorded_at,
    {{ seen_at() }} as seen_at,
    usage_date,
    {{ parts.values() | join(',\n    ') }},
    is_record_new,
    is_first,
    {% for part in parts %}
    is_{{ part }}_changed,
    {% endfor %}
    last_seen_at
from compared
where
    is_unknown or is_first
    {% for part in parts %}
    or is_{{ part }}_changed
    {% endfor %}
    or {{ is_named_day() }}
