-- The usage type says model, token class and variant in one word; the marketplace names the model only in the
-- product. What they mean is read later (int_bill_words).
with source as (

    select * from {{ source('aws', 'aws_cur2') }}

),

named as (

    select
        *,
        lower(usage_type) as words,
        -- a report without the product's name has marketplace lines of tokens all the same
        coalesce(
            product_name like '%(Amazon Bedrock Edition)'
            or (usage_type like '%-MP:%' and lower(usage_type) like '%token%'), false
        ) as is_marketplace
    from source

),

renamed as (

    select
        'aws_cur2' as bill_source,
        'aws' as provider_name,
        case
            when is_marketplace then 'amazon bedrock edition'
            -- the code of what is sold on the marketplace is a hash, which says nothing to a reader
            when billing_entity = 'AWS Marketplace' then coalesce(lower(product_name), lower(product_code))
            -- a legacy report may leave the product out
            else coalesce(lower(product_code), case when words like '%put-token%' then 'amazonbedrock' end)
        end as service,
        payer_account_id as stated_account_id,

        ---------- time
        cast(usage_start_at as date) as usage_date,
        {{ last_day_of_charge('usage_start_at', 'usage_end_at') }} as last_usage_date,
        -- a legacy report may leave it out, and the kind of line as well
        coalesce(cast(billing_period_start_at as date), {{ month_of('usage_start_at') }}) as billing_period_start_date,
        cast(
            coalesce(cast(billing_period_start_at as date), {{ month_of('usage_start_at') }})
            as {{ dbt.type_string() }}
        ) as replaced_scope,

        ---------- money
        invoice_id,
        {{ text_to_money('unblended_cost') }} as amount,
        upper(currency) as currency,
        {{ text_to_money('usage_amount') }} as billed_quantity,
        case when is_marketplace and words like '%token%' then 'marketplace ' else '' end || lower(pricing_unit)
            as billed_unit,
        case
            when coalesce(lower(line_item_type), 'usage') = 'usage' and {{ speaks_of_capacity('usage_type') }}
                then 'reserved capacity'
            else coalesce(lower(line_item_type), 'usage')
        end as charge_type,

        ---------- what for
        usage_type,
        description,
        case
            when product_name like '%(Amazon Bedrock Edition)'
                then lower(trim(replace(product_name, '(Amazon Bedrock Edition)', '')))
            else ''
        end as stated_model,

        ---------- whose
        usage_account_id as sub_account_id,
        -- most exports leave the caller out; a profile of the company's own is made for one application
        coalesce(
            iam_principal, case when resource_id like '%:application-inference-profile/%' then resource_id end
        ) as credential_id,
        resource_id,
        tags,

        ---------- evidence
        line_item_id,
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from named

)

select * from renamed
