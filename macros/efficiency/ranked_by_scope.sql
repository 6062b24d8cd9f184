{# CTEs `scoped`, each row of `source` that has a cost once per kind of scope, and `ranked`, their costs in order within
   a day and scope: what percentile() reads. scopes: kind -> the column or expression that names it. #}
{% macro ranked_by_scope(source, usage_date, scopes) -%}
scoped as (

    {% for kind, name in scopes.items() %}
    select
        {{ usage_date }} as usage_date,
        '{{ kind }}' as scope_kind,
        {{ name }} as scope_id,
        cost_usd
    from {{ source }}
    where cost_usd is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

ranked as (

    select
        *,
        row_number() over (partition by usage_date, scope_kind, scope_id order by cost_usd) as value_rank,
        count(*) over (partition by usage_date, scope_kind, scope_id) as value_count
    from scoped

)
{%- endmacro %}
