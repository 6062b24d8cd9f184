with source as (

    select * from {{ source('anthropic', 'anthropic_cost_report') }}

),

renamed as (

    select
        'anthropic_cost_report' as bill_source,
        'anthropic' as provider_name,

        ---------- time
        bucket_start_at,
        cast(bucket_start_at as date) as usage_date,
        cast(cast(bucket_start_at as date) as {{ dbt.type_string() }}) as replaced_scope,

        ---------- money; the report speaks of cents
        {{ cents_text_to_money('amount_usd_cents') }} as amount,
        upper(currency) as currency,
        'usage' as charge_type,

        ---------- what for
        description,
        lower(model) as model_name,
        coalesce(token_type, cost_type) as token_class,
        service_tier,
        context_window,
        inference_geo as region_scope,

        ---------- whose
        workspace_id as sub_account_id,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
