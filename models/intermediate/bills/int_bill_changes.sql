-- What each pull changed: the lines it brought, less the lines it replaced. The sum of a bucket's changes
-- up to an instant is what the bill said then.
with pulled as (

    select
        provider,
        bill_source,
        billing_account_id,
        usage_date,
        coalesce(model_name, 'none') as model_name,
        coalesce(token_class, charge_type) as token_class,
        coalesce(service_tier, 'none') as service_tier,
        amount_usd,
        quantity,
        pulled_at,
        superseded_at
    from {{ ref('int_bill_lines_pulled') }}
    where usage_date is not null and amount_usd is not null

),

moves as (

    select
        pulled.*,
        pulled.pulled_at as changed_at,
        pulled.amount_usd as move_usd,
        pulled.quantity as move_quantity
    from pulled

    union all

    select
        pulled.*,
        pulled.superseded_at as changed_at,
        -pulled.amount_usd as move_usd,
        -pulled.quantity as move_quantity
    from pulled
    where pulled.superseded_at is not null

)

select
    provider,
    bill_source,
    billing_account_id,
    usage_date,
    model_name,
    token_class,
    service_tier,
    changed_at,
    cast(sum(move_usd) as {{ money_type() }}) as change_usd,
    cast(sum(move_quantity) as {{ money_type() }}) as change_quantity
from moves
group by 1, 2, 3, 4, 5, 6, 7, 8
