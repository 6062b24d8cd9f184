with source as (

    select * from {{ source('openai', 'openai_costs') }}

),

renamed as (

    select
        'openai_costs' as bill_source,
        'openai' as provider_name,

        ---------- time
        bucket_start_at,
        bucket_end_at,
        cast(bucket_start_at as date) as usage_date,
        cast(cast(bucket_start_at as date) as {{ dbt.type_string() }}) as replaced_scope,

        ---------- money
        {{ text_to_money('amount_usd') }} as amount,
        upper(currency) as currency,
        {{ text_to_money('quantity') }} as billed_quantity,
        lower(quantity_unit) as billed_unit,
        'usage' as charge_type,

        ---------- what for; the display string is "model, token class", the model alone where it has one
        -- class of tokens, or the name of another charge
        line_item as description,
        -- how batch and flex lines are spelled is not documented; a word behind the model is assumed
        case
            when line_item like '%, %'
                then regexp_replace(lower(line_item), '( batch| flex| priority| image| audio| text)*, [^,]*$', '')
            when quantity_unit = 'tokens' then lower(line_item)
        end as model_name,
        case
            when lower(line_item) like '% batch, %' then 'batch'
            when lower(line_item) like '% flex, %' then 'flex'
            when lower(line_item) like '% priority, %' then 'priority'
            else 'standard'
        end as service_tier,
        -- "gpt-image-1 image, output": what kind of tokens they are stands in front of the comma
        case
            {% for kind in ['image', 'audio', 'text'] %}
            when
                lower(line_item) like '% {{ kind }}, %' or lower(line_item) like '% {{ kind }} batch, %'
                or lower(line_item) like '% {{ kind }} flex, %' or lower(line_item) like '% {{ kind }} priority, %'
                then '{{ kind }} ' || lower(regexp_replace(line_item, '^.*, ', ''))
            {% endfor %}
            when line_item like '%, %' then lower(regexp_replace(line_item, '^.*, ', ''))
            when quantity_unit = 'tokens' then 'tokens'
            else lower(line_item)
        end as token_class,

        ---------- whose
        project_id as sub_account_id,
        api_key_id as credential_id,

        ---------- evidence; pages that follow
        has_more,
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
