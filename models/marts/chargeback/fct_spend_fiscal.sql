with periods as (

    select * from {{ ref('dim_fiscal_periods') }}

),

spend as (

    select
        usage_date,
        team_id,
        coalesce(provider, 'none') as provider,
        sum(attempt_count) as attempt_count,
        sum(cost_usd) as cost_usd,
        sum(unpriced_count) as unpriced_count
    from {{ ref('fct_spend_daily') }}
    group by 1, 2, 3

),

placed as (

    select
        periods.period_grain,
        periods.period_name,
        spend.*
    from spend
    inner join periods
        on spend.usage_date >= periods.first_date and spend.usage_date <= periods.last_date

    union all

    -- what lies in no year that is stated, so that a year is never missing without a word
    select
        'none' as period_grain,
        'none' as period_name,
        spend.*
    from spend
    left join periods
        on
            periods.period_grain = 'year'
            and spend.usage_date >= periods.first_date and spend.usage_date <= periods.last_date
    where
        periods.period_name is null
        and exists (select 1 from {{ ref('fiscal_years') }})

),

sums as (

    select
        period_grain,
        period_name,
        team_id,
        provider,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
        cast(sum(unpriced_count) as bigint) as unpriced_count
    from placed
    group by 1, 2, 3, 4

)

select
    this.period_grain,
    this.period_name,
    periods.fiscal_year,
    periods.first_date,
    periods.last_date,
    coalesce(periods.last_date < {{ run_date() }}, false) as is_complete_period,
    this.team_id,
    this.provider,
    this.attempt_count,
    {{ spend_compared() }},
    this.unpriced_count
from sums as this
left join periods
    on this.period_grain = periods.period_grain and this.period_name = periods.period_name
{% for name, period in {'before': 'previous_period_name', 'year_ago': 'year_ago_period_name'}.items() %}
left join sums as {{ name }}
    on
        periods.period_grain = {{ name }}.period_grain
        and periods.{{ period }} = {{ name }}.period_name
        and this.team_id = {{ name }}.team_id
        and this.provider = {{ name }}.provider
{% endfor %}
