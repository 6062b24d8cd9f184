{{ config(materialized='table') }}

-- The company's own years, quarters and periods, each with the one before it and the same one of the year before.
{% set layouts = fiscal_layouts() %}
with years as (

    select
        *,
        lag(fiscal_year) over (order by first_day) as year_before,
        lag(calendar_kind) over (order by first_day) as kind_before
    from {{ ref('fiscal_years') }}

),

periods as (

    {% for kind, starts in layouts.items() %}
    {% set outer_loop = loop %}
    {% for start in starts %}
    {% set number = loop.index %}
    select
        *,
        {{ number }} as period_number,
        {{ fiscal_quarter(number) }} as quarter_number,
        '-P{{ '%02d' % number }}' as period_suffix,
        '-Q{{ fiscal_quarter(number) }}' as quarter_suffix,
        {% if kind == 'months' %}{{ months_after('first_day', start) }}
        {% else %}{{ days_before('first_day', '(-' ~ start * 7 ~ ')') }}
        {% endif %} as first_date
    from years
    where calendar_kind = '{{ kind }}'
    {{ 'union all' if not (loop.last and outer_loop.last) }}
    {% endfor %}
    {% endfor %}
),

graded as (

    {% for grain, number, suffix in [
        ('period', 'period_number', 'period_suffix'), ('quarter', 'quarter_number', 'quarter_suffix'), ('year', '1', "''")
    ] %}
    select
        '{{ grain }}' as period_grain,
        fiscal_year,
        calendar_kind,
        last_day,
        {{ number }} as period_number,
        fiscal_year || {{ suffix }} as period_name,
        case when calendar_kind = kind_before then year_before || {{ suffix }} end as year_ago_period_name,
        min(first_date) as first_date
    from periods
    -- a short year, in which a company changes its calendar, has only the first of its periods
    where first_date <= last_day
    group by 1, 2, 3, 4, 5, 6, 7
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

ended as (

    select
        *,
        coalesce(
            {{ days_before('lead(first_date) over (partition by period_grain, fiscal_year order by first_date)', 1) }},
            last_day
        ) as last_date
    from graded

),

final as (

    select
        *,
        lag(period_name) over (partition by period_grain order by first_date) as name_before,
        lag(last_date) over (partition by period_grain order by first_date) as end_before
    from ended

)

select
    period_grain,
    period_name,
    fiscal_year,
    calendar_kind,
    cast(period_number as integer) as period_number,
    first_date,
    last_date,
    case when end_before = {{ days_before('first_date', 1) }} then name_before end as previous_period_name,
    year_ago_period_name
from final
