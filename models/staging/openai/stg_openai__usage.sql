with source as (

    select * from {{ source('openai', 'openai_usage') }}

),

renamed as (

    select
        'openai_usage' as usage_source,
        'openai' as provider_name,

        ---------- time
        bucket_start_at,
        bucket_end_at,
        cast(bucket_start_at as date) as usage_date,
        -- a pull of one endpoint says nothing of the others
        cast(cast(bucket_start_at as date) as {{ dbt.type_string() }})
        || coalesce(' ' || endpoint, '') as replaced_scope,

        ---------- what
        regexp_replace(regexp_replace(endpoint, '^organization\.usage\.', ''), '\.result$', '') as endpoint,
        lower(model) as model_name,
        case when is_batch then 'batch' when service_tier = 'default' then 'standard' else service_tier end
            as service_tier,

        ---------- how much, by meter; the input figure includes what was read from and written to a cache
        case
            when endpoint is null or endpoint like '%completions%'
                then coalesce(
                        input_text_tokens,
                        input_uncached_tokens,
                        input_tokens - coalesce(input_cached_tokens, 0) - coalesce(input_cache_write_tokens, 0)
                        - coalesce(input_audio_tokens, 0) - coalesce(input_image_tokens, 0)
                    )
            else input_tokens
        end as uncached_input_tokens,
        -- audio and images of the input are those that no cache held
        input_cached_tokens - coalesce(input_cached_audio_tokens, 0) - coalesce(input_cached_image_tokens, 0)
            as cache_read_tokens,
        input_cached_audio_tokens as cache_read_audio_tokens,
        input_cached_image_tokens as cache_read_image_tokens,
        input_cache_write_tokens - coalesce(input_cache_write_12h_tokens, 0) as cache_write_30m_tokens,
        input_cache_write_12h_tokens as cache_write_12h_tokens,
        input_audio_tokens,
        input_image_tokens,
        output_tokens - coalesce(output_audio_tokens, 0) - coalesce(output_image_tokens, 0) as output_tokens,
        output_audio_tokens,
        output_image_tokens,
        case when endpoint like '%web_search%' then num_requests end as web_search_calls,
        case when endpoint like '%file_search%' then num_requests end as file_search_calls,
        num_sessions as code_sessions,

        ---------- what no meter counts
        images,
        characters,
        seconds,
        {{ text_to_money('usage_bytes') }} as stored_bytes,
        num_model_requests as request_count,

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
