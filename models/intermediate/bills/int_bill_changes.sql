-- What each pull changed: the lines it brought, less the lines it replaced. The sum of a bucket's changes
-- up to an instant is what the bill said then.
with lines as (

    select * from {{ ref('int_bill_lines_unioned') }}
    where provider is not null and usage_date is not null and amount_usd is not null

),

pulls as (

    select * from {{ ref('int_bill_pulls') }}

),

pulled as (

    select
        lines.provider,
        lines.bill_source,
        lines.billing_account_id,
        lines.usage_date,
        coalesce(lines.model_name, 'none') as model_name,
        coalesce(lines.token_class, lines.charge_type) as token_class,
        coalesce(lines.service_tier, 'none') as service_tier,
        lines.amount_usd,
        lines.quantity,
        pulls.pulled_at,
        pulls.superseded_at
    from lines
    inner join pulls
        on
            lines.bill_source = pulls.bill_source
            and lines.provider = pulls.provider
            and lines.billing_account_id = pulls.billing_account_id
            and lines.bucket = pulls.bucket
            and lines.batch_id = pulls.batch_id

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
