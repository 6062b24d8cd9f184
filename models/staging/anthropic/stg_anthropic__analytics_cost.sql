with source as (

    select * from {{ source('anthropic', 'anthropic_analytics_cost') }}

),

renamed as (

    select
        'anthropic_analytics_cost' as bill_source,
        'anthropic' as provider_name,

        ---------- time
        bucket_start_at,
        bucket_end_at,
        cast(bucket_start_at as date) as usage_date,
        cast(cast(bucket_start_at as date) as {{ dbt.type_string() }}) as replaced_scope,
        data_refreshed_at,

        ---------- money, in cents: after discounts, before credits
        {{ cents_text_to_money('amount_usd_cents') }} as amount,
        {{ cents_text_to_money('list_amount_usd_cents') }} as list_amount,
        upper(currency) as currency,
        'usage' as charge_type,
        request_count,

        ---------- what for
        lower(model) as model_name,
        coalesce(token_type, cost_type) as token_class,
        service_tier,
        context_window,
        inference_geo as region_scope,

        ---------- whose
        workspace_id as sub_account_id,
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
