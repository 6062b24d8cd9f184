with what_ifs as (

    select * from {{ ref('int_what_if_daily') }}
    where opportunity in ('cache_used', 'cache_missed')

)

select
    {{ month_of('usage_date') }} as usage_month,
    team_id,
    service_name,
    feature,
    provider,
    billed_model,
    {% for kind in ['cache_used', 'cache_missed'] %}
    cast(sum(case when opportunity = '{{ kind }}' then attempt_count else 0 end) as bigint) as {{ kind }}_count,
    {% endfor %}
    cast(
        sum(case when opportunity = 'cache_used' then what_if_cost_usd - actual_cost_usd else 0 end)
        as {{ money_type() }}
    ) as saved_usd,
    cast(
        sum(case when opportunity = 'cache_missed' then actual_cost_usd - what_if_cost_usd else 0 end)
        as {{ money_type() }}
    ) as missed_usd
from what_ifs
group by 1, 2, 3, 4, 5, 6
