with source as (

    select * from {{ source('openrouter', 'openrouter_activity') }}

),

renamed as (

    select
        'openrouter_activity' as bill_source,
        'openrouter_activity' as usage_source,
        'openrouter' as provider_name,

        ---------- time
        usage_date,
        cast(usage_date as {{ dbt.type_string() }}) as replaced_scope,

        ---------- money: credits are bought in advance, so an invoice never names what they were spent on
        {{ text_to_money('usage_usd') }} as amount,
        cast(0 as {{ money_type() }}) as invoiced_amount,
        {{ text_to_money('byok_usage_usd') }} as byok_usage_usd,
        'USD' as currency,
        'usage' as charge_type,

        ---------- what for
        -- without the maker in front, as the gateways' names are read
        lower(regexp_replace(coalesce(model, model_permaslug), '^[^/]+/', '')) as model_name,
        'all token classes' as token_class,
        coalesce(model_permaslug, model) || coalesce(' by ' || provider_name, '') as description,
        endpoint_id,

        ---------- how much; on replayed caches more may be cached than was sent, which then says nothing
        case when cached_tokens <= prompt_tokens then prompt_tokens - cached_tokens end as uncached_input_tokens,
        case when cached_tokens <= prompt_tokens then cached_tokens end as cache_read_tokens,
        completion_tokens as output_tokens,
        request_count,

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
