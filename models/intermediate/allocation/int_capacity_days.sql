{{ config(materialized='table') }}

-- How much of what a pool bought use accounts for, day by day: the tokens that ran on the capacity, against the most
-- that its units serve. A token counts once: for the reservation of its model, else for that of all models. Where
-- several pools share an account and a model, each has the same share of its units used.
with bought as (

    select * from {{ ref('int_capacity_bought') }}

),

capacities as (

    select
        provider, billing_account_id, model, usage_date,
        sum(token_hour_ms) as token_hour_ms
    from bought
    group by 1, 2, 3, 4

),

usage as (

    select
        provider, billing_account_id, billed_model, usage_date,
        cast(sum(reserved_tokens) as {{ quantity_sum_type() }}) as tokens
    from {{ ref('int_charges_daily') }}
    group by 1, 2, 3, 4

),

ranked as (

    select
        capacities.*,
        usage.tokens,
        row_number() over (
            partition by usage.provider, usage.billing_account_id, usage.billed_model, usage.usage_date
            order by case when capacities.model = '*' then 1 else 0 end
        ) as model_rank
    from usage
    inner join capacities
        on
            usage.provider = capacities.provider
            and usage.billing_account_id = capacities.billing_account_id
            and usage.usage_date = capacities.usage_date
            and capacities.model in (usage.billed_model, '*')

),

used as (

    select
        provider, billing_account_id, model, usage_date,
        max(token_hour_ms) as token_hour_ms,
        cast(sum(tokens) as decimal(20, 0)) * cast(3600000 as decimal(7, 0)) as used_token_hour_ms
    from ranked
    where model_rank = 1
    group by 1, 2, 3, 4

),

compared as (

    select
        bought.*,
        case
            when used.model is null then 0
            when used.used_token_hour_ms >= used.token_hour_ms then bought.bought_unit_ms
            else floor({{ prorate('bought.bought_unit_ms', 'used.used_token_hour_ms', 'used.token_hour_ms') }})
        end as used_unit_ms
    from bought
    left join used
        on
            bought.provider = used.provider
            and bought.billing_account_id = used.billing_account_id
            and bought.model = used.model
            and bought.usage_date = used.usage_date

)

select
    pool_id,
    usage_period,
    usage_date,
    min(case when is_known then 1 else 0 end) = 1 as is_known,
    cast(sum(bought_unit_ms) as {{ quantity_sum_type() }}) as bought_unit_ms,
    cast(sum(used_unit_ms) as {{ quantity_sum_type() }}) as used_unit_ms
from compared
group by 1, 2, 3
