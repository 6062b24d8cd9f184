-- The SKU's words say model, modality and direction. What does not fit stays as it is.
with source as (

    select * from {{ source('gcp', 'gcp_billing') }}

),

worded as (

    select
        *,
        lower(regexp_replace(sku_name, ' Regional ', ' ')) as words
    from source

),

named as (

    select
        *,
        case
            when words like '% input%' or words like '% output%'
                then regexp_replace(
                        words,
                        '( batch)?( thinking)? ((text|image|audio|video) (input|output)|(input|output) tokens?$).*$', ''
                    )
        end as model_name
    from worded

),

renamed as (

    select
        'gcp_billing' as bill_source,
        'google cloud' as provider_name,
        lower(service_name) as service,
        billing_account_id as stated_account_id,

        ---------- time; the invoice's month is by Pacific time and need not be that of the use
        cast(usage_start_at as date) as usage_date,
        case
            when regexp_replace(invoice_month, '^20[0-9]{2}(0[1-9]|1[0-2])$', '') = ''
                then cast(substr(invoice_month, 1, 4) || '-' || substr(invoice_month, 5, 2) || '-01' as date)
        end as billing_period_start_date,
        -- the export only grows; what was appended together is replaced together
        cast(cast(usage_start_at as date) as {{ dbt.type_string() }})
        || coalesce(' ' || cast(exported_at as {{ dbt.type_string() }}), '') as replaced_scope,
        exported_at,

        ---------- money
        {{ text_to_money('cost') }} as amount,
        {{ text_to_money('cost_at_list') }} as list_amount,
        upper(currency) as currency,
        {{ text_to_money('usage_amount') }} as billed_quantity,
        lower(usage_unit) as billed_unit,
        -- a table of the console may leave it out
        coalesce(lower(cost_type), 'regular') as charge_type,
        credits,

        ---------- what for
        sku_id,
        sku_name as description,
        model_name,
        replace(
            case when model_name is null then words else substr(words, length(model_name) + 2) end, 'batch ', ''
        ) as token_class,
        case when lower(sku_name) like '%batch%' then 'batch' else 'standard' end as service_tier,
        case when sku_name like '% Regional %' then 'regional' end as region_scope,

        ---------- whose
        project_id as sub_account_id,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from named

)

select * from renamed
