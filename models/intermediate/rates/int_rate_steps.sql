-- What each recording changes: the models whose rates differ from the version before it, on the list or under
-- a contract.
with knowledge as (

    select * from {{ ref('int_rate_card_states') }}

),

fingerprints as (

    {% for model in ['int_rate_windows_by_state', 'int_contract_rates_by_state'] %}
    {%- set account = 'billing_account_id' if 'contract' in model else "'list'" %}
    select
        as_of_recorded_at,
        provider,
        model,
        {{ hash_number(row_text([
            account, 'service_tier', 'region_scope', 'context_start_tokens', 'context_end_tokens', 'valid_from',
            'valid_to',
        ] + meter_rate_columns())) }} as rate_number
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

by_model as (

    select
        as_of_recorded_at,
        provider,
        model,
        cast(sum(rate_number) as decimal(38, 0)) as rates_number
    from fingerprints
    group by 1, 2, 3

),

models as (

    select distinct provider, model from by_model

)

select
    knowledge.as_of_recorded_at,
    knowledge.previous_known_at,
    knowledge.price_card_version,
    models.provider,
    models.model
from knowledge
cross join models
left join by_model as before
    on
        knowledge.previous_known_at = before.as_of_recorded_at
        and models.provider = before.provider
        and models.model = before.model
left join by_model as after
    on
        knowledge.as_of_recorded_at = after.as_of_recorded_at
        and models.provider = after.provider
        and models.model = after.model
where
    knowledge.previous_known_at is not null
    and coalesce(before.rates_number, 0) != coalesce(after.rates_number, 0)
