with source as (

    select * from {{ source('anthropic', 'anthropic_cost_report') }}

),

renamed as (

    select
        ---------- time
        bucket_start_at,
        cast(bucket_start_at as date) as usage_date,

        ---------- money; the report speaks of cents
        cast(cast(amount_usd_cents as decimal(28, 13)) * cast(0.01 as decimal(3, 2)) as {{ money_type() }})
            as amount_usd,
        upper(currency) as currency,

        ---------- what for
        description,
        lower(model) as model_name,
        coalesce(token_type, cost_type) as token_class,
        service_tier,
        context_window,
        inference_geo,

        ---------- whose
        workspace_id,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
