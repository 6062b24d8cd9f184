-- What brought the change about, in words: the files of the day that are new, the rows of seeds that are new, gone, or
-- say something else. Of a price only the rows of the figure's own model, where there are such rows.
with days as (

    select * from {{ ref('int_figure_days') }}
    where not is_first

),

rules as (

    select * from {{ ref('int_rule_changes') }}
    where not is_first_noted

),

-- spans, ends of requests and polls of jobs also count for the day beside
files as (

    select
        days.usage_date,
        files.source_file,
        min(case when loads.event_date = days.usage_date then 0 else 1 end) as distance
    from days
    inner join {{ ref('stg_loader__days') }} as loads
        on
            days.usage_date >= {{ days_before('loads.event_date', 1) }}
            and days.usage_date <= {{ days_before('loads.event_date', -1) }}
            and days.last_seen_at < loads.loaded_at
            and loads.raw_table in {{ gateway_tables() }}
    inner join {{ ref('stg_loader__files') }} as files
        on loads.batch_id = files.batch_id
    where days.is_data_changed
    group by 1, 2

),

rows_of_seeds as (

    select
        days.usage_date,
        rules.rule_kind,
        rules.rule_provider,
        rules.rule_model,
        rules.rule_name,
        max(case when rules.is_in_force then 1 else 0 end) as is_in_force
    from days
    inner join rules
        on
            days.usage_date between rules.first_date and rules.last_date
            and days.last_seen_at < rules.changed_at
    group by 1, 2, 3, 4, 5

),

said as (

    select
        usage_date,
        'data' as kind,
        '*' as provider,
        '*' as billed_model,
        source_file as text,
        distance
    from files
    union all
    {% for column in [['rule_provider', 'rule_model'], ["'*'", "'*'"]] %}
    select
        usage_date,
        rule_kind as kind,
        {{ column[0] }} as provider,
        {{ column[1] }} as billed_model,
        case when is_in_force = 1 then rule_name else 'no longer ' || rule_name end as text,
        1 - is_in_force as distance
    from rows_of_seeds
    {% if loop.first %}
    where rule_model != '*'
    union all
    {% endif %}
    {% endfor %}
),

ranked as (

    select
        *,
        row_number() over (partition by usage_date, kind, provider, billed_model order by distance, text) as place,
        count(*) over (partition by usage_date, kind, provider, billed_model) as text_count
    from said

)

select
    usage_date,
    kind,
    provider,
    billed_model,
    {{ joined_in_order("case when place > 1 then ', ' else '' end || text", 'place') }}
    || case
        when max(text_count) > 3 then ' and ' || cast(max(text_count) - 3 as {{ dbt.type_string() }}) || ' more'
        else ''
    end as evidence
from ranked
where place <= 3
group by 1, 2, 3, 4
