-- Whether the input holds the cache, and the output the reasoning: as the record itself says, or its total, where
-- that decides; else as token_conventions has it, for the emitter, the provider, or the source.
with requests as (

    select * from {{ ref('int_requests_with_model') }}

),

stated as (

    select
        requests.*,
        -- the pieces of an answer are the provider's own figures, which leave the cache out
        coalesce(
            case requests.token_convention when 'cached_inside' then true when 'cached_beside' then false end,
            by_version.input_includes_cache, by_emitter.input_includes_cache, by_provider.input_includes_cache,
            by_system.input_includes_cache
        ) and requests.iteration_number is null as stated_input_includes_cache,
        coalesce(
            by_version.output_includes_reasoning, by_emitter.output_includes_reasoning,
            by_provider.output_includes_reasoning, by_system.output_includes_reasoning
        ) or requests.iteration_number is not null as stated_output_includes_reasoning,
        coalesce(by_emitter.total_covers_all, false) as emitter_total_covers_all,
        coalesce(by_emitter.total_covers_all, by_provider.total_covers_all, by_system.total_covers_all)
            as total_covers_all,
        coalesce(requests.reported_cache_write_5m_tokens, 0)
        + coalesce(requests.reported_cache_write_30m_tokens, 0)
        + coalesce(requests.reported_cache_write_1h_tokens, 0)
        + coalesce(requests.reported_cache_write_12h_tokens, 0) as stated_write_tokens
    from requests
    left join {{ ref('token_conventions') }} as by_provider
        on
            requests.source_system = by_provider.source_system
            and requests.provider = by_provider.provider
            and by_provider.emitter = '*'
    left join {{ ref('token_conventions') }} as by_system
        on
            requests.source_system = by_system.source_system
            and by_system.provider = '*'
            and by_system.emitter = '*'
    left join {{ ref('token_conventions') }} as by_version
        on
            requests.source_system = by_version.source_system
            and by_version.provider = '*'
            and requests.usage_emitter = by_version.emitter
    left join {{ ref('token_conventions') }} as by_emitter
        on
            requests.source_system = by_emitter.source_system
            and by_emitter.provider = '*'
            and by_emitter.emitter != '*'
            and split_part(requests.usage_emitter, ' ', 1) = by_emitter.emitter

),

summed as (

    select
        *,
        coalesce(reported_cache_read_tokens, 0)
        + coalesce(reported_cache_write_tokens, stated_write_tokens) as cached_tokens
    from stated

),

-- the total of a record decides before any rule about its source
decided as (

    select
        *,
        token_convention is null and {{ cache_is_beside(*total_and_parts()) }} as total_says_cache_is_beside,
        {{ reasoning_is_beside(*total_and_parts()) }} as total_says_reasoning_is_beside,
        coalesce(
            emitter_total_covers_all and cached_tokens > 0
            and reported_total_tokens = reported_input_tokens + reported_output_tokens, false
        ) as total_says_cache_is_inside
    from summed

),

final as (

    select
        *,
        (stated_input_includes_cache or total_says_cache_is_inside) and not total_says_cache_is_beside
            as input_includes_cache,
        stated_output_includes_reasoning and not total_says_reasoning_is_beside as output_includes_reasoning,
        -- who writes the plain envelope may count either way, and neither name nor total says which
        coalesce(
            source_system = 'envelope_events' and token_convention is null and usage_emitter is null
            and stated_input_includes_cache and not total_says_cache_is_beside
            and cached_tokens > 0 and cached_tokens <= reported_input_tokens
            and coalesce(
                reported_total_tokens not in (
                    reported_input_tokens + reported_output_tokens,
                    reported_input_tokens + reported_output_tokens + coalesce(reported_reasoning_tokens, 0)
                ),
                true
            ),
            false
        ) as fits_two_readings,
        case
            when
                stated_input_includes_cache and total_says_cache_is_beside
                and stated_output_includes_reasoning and total_says_reasoning_is_beside then 'all_beside_by_total'
            when stated_input_includes_cache and total_says_cache_is_beside then 'cache_beside_by_total'
            when stated_output_includes_reasoning and total_says_reasoning_is_beside then 'reasoning_beside_by_total'
            when stated_input_includes_cache or total_says_cache_is_inside then 'cache_inside'
            else 'cache_beside'
        end as usage_convention
    from decided

)

select * from final
