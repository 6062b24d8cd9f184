-- The usage type says model, token class and variant in one word, in a spelling of its own for each of
-- three families; the marketplace names the model only in the product. What does not fit stays as it is.
{% set variants = ['mantle-', '-cross-region', '-global', '-batch', '-flex', '-priority', '-standard',
    '_global', '_batch', '_long_ctx', '_standard', '-units'] %}
with source as (

    select * from {{ source('aws', 'aws_cur2') }}

),

worded as (

    select
        *,
        coalesce(product_name like '%(Amazon Bedrock Edition)', false) as is_marketplace,
        -- without the region: USE1-NovaLite-input-tokens, USE1-MP:USE1_InputTokenCount-Units
        lower(regexp_replace(usage_type, '^[A-Z]{2,4}[0-9]*-(MP:[A-Z]{2,4}[0-9]*_)?', '')) as words
    from source

),

named as (

    select
        *,
        case
            when is_marketplace then lower(trim(replace(product_name, '(Amazon Bedrock Edition)', '')))
            when words like '%put-token%'
                then regexp_replace(words, '-(mantle-)?(cache-read-|cache-write-)?(input|output)-token.*$', '')
        end as model_name
    from worded

),

classed as (

    select
        *,
        case when is_marketplace or model_name is null then words else substr(words, length(model_name) + 2) end
            as token_words
    from named

),

renamed as (

    select
        'aws_cur2' as bill_source,
        'aws' as provider_name,
        case when is_marketplace then 'amazon bedrock edition' else lower(product_code) end as service,
        payer_account_id as stated_account_id,

        ---------- time
        cast(usage_start_at as date) as usage_date,
        cast(billing_period_start_at as date) as billing_period_start_date,
        cast(cast(billing_period_start_at as date) as {{ dbt.type_string() }}) as replaced_scope,

        ---------- money
        invoice_id,
        {{ text_to_money('unblended_cost') }} as amount,
        upper(currency) as currency,
        {{ text_to_money('usage_amount') }} as billed_quantity,
        case when is_marketplace and words like '%token%' then 'marketplace ' else '' end || lower(pricing_unit)
            as billed_unit,
        case when words like '%reserved%' then 'reserved capacity' else lower(line_item_type) end as charge_type,

        ---------- what for
        usage_type,
        description,
        model_name,
        {{ remove_words('token_words', variants) }} as token_class,
        case
            when words like '%batch%' then 'batch'
            when words like '%flex%' then 'flex'
            when words like '%priority%' then 'priority'
            else 'standard'
        end as service_tier,
        case when words like '%global%' then 'global' end as region_scope,

        ---------- whose
        usage_account_id as sub_account_id,
        iam_principal as credential_id,
        resource_id,

        ---------- evidence
        line_item_id,
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from classed

)

select * from renamed
