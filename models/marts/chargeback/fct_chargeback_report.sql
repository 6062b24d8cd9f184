{{ incremental_by_period('int_spend_periods') }}

with periods as (

    select * from {{ ref('int_chargeback_periods') }}
    {{ where_periods_changed('int_spend_periods') }}

),

work as (

    {% for grain in ['week', 'month'] %}
    select
        '{{ grain }}' as period_grain,
        {{ period_of(grain, 'usage_date') }} as period_start_date,
        spend_line_key,
        trace_or_request,
        sum(cost_usd) as cost_usd
    from {{ ref('int_costly_work_daily') }}
    {{ where_days_of_periods_changed('int_spend_periods', grain, and_before=true) }}
    group by 1, 2, 3, 4
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by period_grain, period_start_date, spend_line_key order by cost_usd desc, trace_or_request asc
        ) as cost_rank
    from work

),

costliest as (

    select
        period_grain,
        period_start_date,
        spend_line_key,
        max(case when cost_rank = 1 then trace_or_request end)
        {% for rank in [2, 3] -%}
        || coalesce(max(case when cost_rank = {{ rank }} then ', ' || trace_or_request end), '')
        {%- endfor %} as trace_ids
    from ranked
    where cost_rank <= 3
    group by 1, 2, 3

),

-- no use costs nothing; use without a price has no cost
valued as (

    select
        *,
        case when attempt_count = 0 then 0 else cost_usd end as this_cost_usd,
        case when is_comparable then case when previous_attempt_count = 0 then 0 else previous_cost_usd end end
            as earlier_cost_usd,
        sum(cost_usd) over (partition by period_grain, period_start_date) as period_cost_usd
    from periods

)

select
    valued.period_grain,
    valued.period_start_date,
    {{ next_period_of_row('valued') }} <= {{ run_date() }} as is_complete_period,
    valued.team_id,
    valued.service_name,
    valued.feature,
    valued.environment,
    valued.prompt_version,
    valued.provider,
    valued.billed_model,
    cast(valued.request_count as bigint) as request_count,
    cast(valued.attempt_count as bigint) as attempt_count,
    cast(valued.uncached_input_tokens + valued.cache_read_tokens + valued.cache_write_tokens as bigint) as input_tokens,
    cast(valued.cache_read_tokens as bigint) as cache_read_tokens,
    cast(valued.output_tokens as bigint) as output_tokens,
    cast(
        valued.uncached_input_cost_usd + valued.cache_read_cost_usd + valued.cache_write_cost_usd as {{ money_type() }}
    ) as input_cost_usd,
    cast(valued.output_cost_usd as {{ money_type() }}) as output_cost_usd,
    cast(valued.this_cost_usd as {{ money_type() }}) as cost_usd,
    {{ money_ratio_of('valued.this_cost_usd', 'valued.period_cost_usd') }} as cost_share,
    cast(valued.earlier_cost_usd as {{ money_type() }}) as previous_cost_usd,
    cast(valued.this_cost_usd - valued.earlier_cost_usd as {{ money_type() }}) as change_usd,
    {{ money_ratio_of('valued.this_cost_usd - valued.earlier_cost_usd', 'valued.earlier_cost_usd') }} as change_share,
    case when valued.this_cost_usd > valued.earlier_cost_usd then costliest.trace_ids end as top_trace_ids,
    cast(valued.unpriced_count as bigint) as unpriced_count
from valued
left join costliest
    on
        valued.period_grain = costliest.period_grain
        and valued.period_start_date = costliest.period_start_date
        and valued.spend_line_key = costliest.spend_line_key
