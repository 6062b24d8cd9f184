-- What the provider says was used, in our meters. Tiers that its bill leaves out stand apart, since a
-- quantity without its money would look like a price that fell.
with usage as (

    select * from {{ ref('int_provider_usage_placed') }}

),

authority as (

    select * from {{ ref('int_bill_authority') }}
    where purpose = 'quantity'

),

absent_tiers as (

    select * from {{ ref('bill_absent_tiers') }}

),

bill_models as (

    select * from {{ ref('bill_models') }}

),

model_names as (

    select * from {{ ref('int_model_names') }}

),

named as (

    select
        usage.*,
        coalesce(bill_models.model, model_names.model, usage.model_name, 'none') as model,
        absent_tiers.service_tier is not null as is_uncosted,
        dense_rank() over (
            partition by usage.provider, usage.billing_account_id, usage.usage_date
            order by authority.authority_rank, usage.usage_source
        ) as authority_order
    from usage
    inner join authority
        on {{ authority_holds('usage', 'usage_date', 'usage_source') }}
    left join absent_tiers
        on usage.provider = absent_tiers.provider and usage.service_tier = absent_tiers.service_tier
    left join bill_models
        on usage.provider = bill_models.provider and usage.model_name = bill_models.model_name
    left join model_names
        on
            usage.provider = model_names.named_under
            and usage.model_name = model_names.model_name
            and cast(usage.usage_date as timestamp) >= model_names.valid_from
            and cast(usage.usage_date as timestamp) < model_names.valid_to

),

metered as (

    {% for meter in meters() %}
    select
        usage_date,
        provider,
        billing_account_id,
        usage_source,
        {{ 'model as billed_model' if meter.is_token else "'all models' as billed_model" }},
        '{{ meter.name }}' as meter,
        case when is_uncosted then 0 else {{ meter.quantity }} end as quantity,
        case when is_uncosted then {{ meter.quantity }} else 0 end as uncosted_quantity
    from named
    where authority_order = 1 and {{ meter.quantity }} != 0
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    usage_date,
    provider,
    billing_account_id,
    usage_source,
    billed_model,
    meter,
    cast(sum(quantity) as {{ money_type() }}) as quantity,
    cast(sum(uncosted_quantity) as {{ money_type() }}) as uncosted_quantity
from metered
group by 1, 2, 3, 4, 5, 6
