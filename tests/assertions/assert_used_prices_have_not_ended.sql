-- Harm: a price ended, on a stated day, and nobody recorded what came next: its requests have no price, for a
-- while or for good, and the list of unpriced use does not say since when. A warning with the gap's two ends;
-- without a successor `next_price_at` is empty.
{{ config(
    severity='warn',
    meta={'says': 'Prices that ended while their model was still in use', 'look_at': 'marts.fct_unpriced_usage_daily'},
) }}

with unpriced as (

    -- of the attempts themselves: int_unpriced_attempts also looks up what each would have cost
    select
        provider,
        {{ named_model() }} as model_name,
        priced_tier as service_tier,
        meters_without_a_price,
        usage_date,
        count(*) as attempt_count
    from {{ ref('int_accepted_attempts') }}
    where price_status in {{ unpriced_statuses() }}
    group by 1, 2, 3, 4, 5

),

prices as (

    select
        *,
        lead(valid_from) over (
            partition by provider, model, meter, service_tier, region_scope, context_start_tokens
            order by valid_from, valid_to
        ) as next_price_at,
        max(valid_to) over (
            partition by provider, model, meter, service_tier, region_scope, context_start_tokens
            order by valid_from, valid_to
            rows between unbounded preceding and current row
        ) as ended_at
    from {{ ref('int_rate_prices') }}
    where is_current

),

gaps as (

    select * from prices
    where
        ended_at < cast({{ open_end() }} as timestamp)
        and (next_price_at is null or ended_at < next_price_at)

)

select
    gaps.provider,
    gaps.model,
    gaps.meter,
    gaps.service_tier,
    gaps.region_scope,
    gaps.context_start_tokens,
    gaps.ended_at,
    gaps.next_price_at,
    cast(sum(unpriced.attempt_count) as bigint) as attempt_count
from gaps
inner join unpriced
    on
        gaps.provider = unpriced.provider
        and gaps.model = unpriced.model_name
        and gaps.service_tier = unpriced.service_tier
        and (
            unpriced.meters_without_a_price is null
            or ' ' || unpriced.meters_without_a_price || ' ' like '% ' || gaps.meter || ' %'
        )
        and unpriced.usage_date >= cast(gaps.ended_at as date)
        and (gaps.next_price_at is null or unpriced.usage_date < cast(gaps.next_price_at as date))
group by 1, 2, 3, 4, 5, 6, 7, 8
