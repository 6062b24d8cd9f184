-- What an account pays instead of the list, as it is known now: joined at most once.
{{ config(materialized='table') }}

with known as (

    select * from {{ ref('int_known_contract_rates') }}

),

knowledge as (

    select * from {{ ref('int_rate_knowledge') }}

)

select
    known.provider,
    known.billing_account_id,
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
    known.contract_id,
    known.contract_valid_from
from known
inner join knowledge
    on known.known_at = knowledge.known_at
where knowledge.is_current
