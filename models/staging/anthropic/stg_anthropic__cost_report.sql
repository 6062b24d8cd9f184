with source as (

    select * from {{ source('anthropic', 'anthropic_cost_report') }}

),

renamed as (

    select
        'anthropic_cost_report' as bill_source,
        'anthropic' as provider_name,

        ---------- time
        bucket_start_at,
        bucket_end_at,
        cast(bucket_start_at as date) as usage_date,
        cast(cast(bucket_start_at as date) as {{ dbt.type_string() }}) as replaced_scope,

        ---------- money; the report speaks of cents, a CSV file of the Console of dollars
        coalesce({{ cents_text_to_money('amount_usd_cents') }}, {{ text_to_money('amount_usd') }}) as amount,
        coalesce(upper(currency), case when amount_usd is not null then 'USD' end) as currency,
        'usage' as charge_type,

        ---------- what for
        description,
        lower(model) as model_name,
        coalesce(token_type, cost_type) as token_class,
        case when service_tier = 'message' then 'standard' else service_tier end as service_tier,
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
