with source as (

    select * from {{ source('anthropic', 'anthropic_usage_report') }}

),

renamed as (

    select
        'anthropic_usage_report' as usage_source,
        'anthropic' as provider_name,

        ---------- time
        bucket_start_at,
        bucket_end_at,
        cast(bucket_start_at as date) as usage_date,
        cast(cast(bucket_start_at as date) as {{ dbt.type_string() }}) as replaced_scope,

        ---------- what
        lower(model) as model_name,
        service_tier,
        context_window,
        inference_geo as region_scope,

        ---------- how much; every class apart from the others
        uncached_input_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        output_tokens,
        web_search_calls,

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
