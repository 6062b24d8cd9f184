-- What an account pays instead of the list, as it is known now: joined at most once.
{{ config(materialized='table') }}

with known as (

    select * from {{ ref('int_contract_rates_by_state') }}

),

knowledge as (

    select * from {{ ref('int_rate_card_states') }}

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
    on known.as_of_recorded_at = knowledge.as_of_recorded_at
where knowledge.is_current
