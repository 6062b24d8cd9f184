{{ incremental_by_day() }}

{% set dimensions = context_dimensions() %}
with requests as (

    select
        usage_date,
        team_id,
        {% for dimension in dimensions %}
        cast({{ dimension }} as {{ dbt.type_string() }}) as {{ dimension }},
        {% endfor %}
        context_tokens,
        {{ sum_of(meters() | rejectattr('in_tier') | selectattr('is_token') | map(attribute='quantity')) }}
            as output_tokens,
        cost_usd
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

)

{% for dimension in dimensions %}
select
    usage_date,
    team_id,
    '{{ dimension }}' as dimension,
    {{ dimension }} as dimension_value,
    count(*) as attempt_count,
    cast(sum(context_tokens) as bigint) as context_tokens,
    cast(sum(output_tokens) as bigint) as output_tokens,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
from requests
where {{ dimension }} is not null
group by usage_date, team_id, {{ dimension }}
{{ 'union all' if not loop.last }}
{% endfor %}
