-- The negotiated rate of every meter of every list window a contract covers. Of the lines that fit, the
-- most specific wins: by model, then meter, tier, region and context.
with list_rates as (

    {% for meter in meters() %}
    select
        as_of_recorded_at,
        provider,
        model,
        service_tier,
        region_scope,
        context_start_tokens,
        context_end_tokens,
        valid_from,
        valid_to,
        '{{ meter.name }}' as meter,
        {{ meter.name }}_rate_usd as list_rate_usd
    from {{ ref('int_rate_windows_by_state') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

contracts as (

    select * from {{ ref('int_contract_currencies') }}

),

lines as (

    select
        *,
        {{ threshold_start('context_min_tokens', 'threshold_inclusive') }} as context_start_tokens
    from {{ ref('rate_contract_lines') }}

),

ranked as (

    select
        list_rates.*,
        contracts.contract_id,
        contracts.billing_account_id,
        contracts.contract_valid_from,
        greatest(contracts.valid_from, list_rates.valid_from) as covered_from,
        least(contracts.valid_to, list_rates.valid_to) as covered_to,
        case
            when lines.unit_price is not null
                then cast(
                        cast(lines.unit_price * {{ one_over('lines.block_size') }} as {{ unit_rate_type() }})
                        * contracts.usd_per_unit as {{ unit_rate_type() }}
                    )
            when lines.discount is not null
                then cast(list_rates.list_rate_usd * (1 - lines.discount) as {{ unit_rate_type() }})
            when contracts.price_of_unlisted = 'list' then list_rates.list_rate_usd
        end as rate_usd,
        row_number() over (
            partition by
                list_rates.as_of_recorded_at,
                contracts.contract_id,
                contracts.valid_from,
                list_rates.provider,
                list_rates.model,
                list_rates.service_tier, list_rates.region_scope, list_rates.context_start_tokens,
                list_rates.valid_from, list_rates.meter
            order by
                case when lines.model = list_rates.model then 0 else 1 end,
                case when lines.meter = list_rates.meter then 0 else 1 end,
                case when lines.service_tier = list_rates.service_tier then 0 else 1 end,
                case when lines.region_scope = list_rates.region_scope then 0 else 1 end,
                case when lines.context_start_tokens = list_rates.context_start_tokens then 0 else 1 end
        ) as line_rank
    from contracts
    inner join list_rates
        on
            contracts.as_of_recorded_at = list_rates.as_of_recorded_at
            and contracts.provider = list_rates.provider
            and contracts.valid_from < list_rates.valid_to
            and contracts.valid_to > list_rates.valid_from
    left join lines
        on
            contracts.contract_id = lines.contract_id
            and lines.model in (list_rates.model, '*')
            and lines.meter in (list_rates.meter, '*')
            and lines.service_tier in (list_rates.service_tier, '*')
            and lines.region_scope in (list_rates.region_scope, '*')
            and coalesce(lines.context_start_tokens, list_rates.context_start_tokens)
            = list_rates.context_start_tokens

)

select * from ranked
where line_rank = 1
