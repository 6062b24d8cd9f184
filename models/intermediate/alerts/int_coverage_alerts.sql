-- What the records of a day leave open: spend that nobody answers for, and records that may be charged beside the calls
-- that they sum up.
with coverage as (

    select * from {{ ref('fct_attribution_coverage_daily') }}

),

mystery as (

    select
        'mystery_spend' as kind,
        usage_date as alert_date,
        'unattributed' as team_id,
        'the whole day' as subject,
        'no registered team answers for this spend' as cause,
        cast(sum(case when unattributed_cost_usd > 0 then attempt_count else 0 end) as bigint) as item_count,
        cast(sum(unattributed_cost_usd) as {{ money_type() }}) as amount_usd,
        cast(sum(cost_usd) as {{ money_type() }}) as whole_usd
    from coverage
    group by 2

),

repeated as (

    select
        'may_repeat' as kind,
        usage_date as alert_date,
        cast(null as {{ dbt.type_string() }}) as team_id,
        'records of ' || source_system as subject,
        'they may sum up calls that another system logged, and are charged beside them' as cause,
        cast(sum(may_repeat_count) as bigint) as item_count,
        cast(sum(may_repeat_cost_usd) as {{ money_type() }}) as amount_usd,
        cast(null as {{ money_type() }}) as whole_usd
    from coverage
    where may_repeat_count > 0
    group by 2, 4

)

select * from mystery
union all
select * from repeated
