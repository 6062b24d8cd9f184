with source as (

    select * from {{ source('openai', 'openai_costs') }}

),

renamed as (

    select
        ---------- time
        bucket_start_at,
        cast(bucket_start_at as date) as usage_date,

        ---------- money
        cast(amount_usd as {{ money_type() }}) as amount_usd,
        upper(currency) as currency,
        cast(quantity as {{ money_type() }}) as quantity,
        quantity_unit,

        ---------- what for; the display string is "model, token class", or one word for other charges
        line_item,
        -- how batch and flex lines are spelled is not documented; a word behind the model is assumed
        case
            when line_item like '%, %' then regexp_replace(lower(line_item), '( batch| flex)?, [^,]*$', '')
        end as model_name,
        case
            when lower(line_item) like '% batch, %' then 'batch'
            when lower(line_item) like '% flex, %' then 'flex'
            else 'standard'
        end as service_tier,
        case when line_item like '%, %' then lower(regexp_replace(line_item, '^.*, ', '')) else lower(line_item) end
            as token_class,

        ---------- whose
        project_id,
        api_key_id,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
