-- What a request is priced by, joined exactly once: the listed rates as they are known now.
{{ config(materialized='table') }}

with known as (

    select * from {{ ref('int_rate_windows_by_state') }}

),

knowledge as (

    select * from {{ ref('int_rate_card_states') }}

)

select
    known.provider,
    known.model,
    known.service_tier,
    known.region_scope,
    known.context_start_tokens,
    known.context_end_tokens,
    known.valid_from,
    known.valid_to,
    {% for meter in meters() %}
    known.{{ meter.name }}_rate_usd,
    {% endfor %}
    known.price_card_version,
    nullif(known.price_valid_from, cast({{ open_start() }} as timestamp)) as price_valid_from,
    known.source_count
from known
inner join knowledge
    on known.as_of_recorded_at = knowledge.as_of_recorded_at
where knowledge.is_current
