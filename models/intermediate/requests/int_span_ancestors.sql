-- Which calls stand above which in a trace. One join a level, because not every engine has recursion; the bound is
-- span_levels().
{{ incremental_by_day() }}
{% set levels = span_levels() %}

with spans as (

    select * from {{ ref('int_busy_trace_spans') }}
    {{ where_days_near_changed() }}

),

-- the way up from each candidate, a column a level
ways as (

    select
        {% for level in range(1, levels + 1) %}
        above_{{ level }}.span_id as id_{{ level }},
        above_{{ level }}.is_candidate as is_candidate_{{ level }},
        {% endfor %}
        spans.source_system,
        spans.usage_date,
        spans.trace_id,
        spans.span_id
    from spans
    {% for level in range(1, levels + 1) %}
    left join spans as above_{{ level }}
        on
            spans.source_system = above_{{ level }}.source_system
            and spans.trace_id = above_{{ level }}.trace_id
            and {{ 'spans' if level == 1 else 'above_' ~ (level - 1) }}.parent_span_id = above_{{ level }}.span_id
    {% endfor %}
    where spans.is_candidate

),

levels as (

    {{ rows_of_numbers('distance', range(1, levels + 1)) }}

),

pairs as (

    select
        ways.source_system,
        ways.usage_date,
        ways.trace_id,
        ways.span_id,
        levels.distance,
        case levels.distance
            {% for level in range(1, levels + 1) %}
            when {{ level }} then case when ways.is_candidate_{{ level }} then ways.id_{{ level }} end
            {% endfor %}
        end as ancestor_id
    from ways
    cross join levels

),

-- of spans that are their own ancestors, which only a broken exporter writes, none is above the other
final as (

    select
        pairs.source_system,
        pairs.usage_date,
        pairs.trace_id,
        pairs.span_id,
        pairs.ancestor_id,
        min(pairs.distance) as distance
    from pairs
    left join pairs as reverse_pairs
        on
            pairs.source_system = reverse_pairs.source_system
            and pairs.trace_id = reverse_pairs.trace_id
            and pairs.span_id = reverse_pairs.ancestor_id
            and pairs.ancestor_id = reverse_pairs.span_id
    where
        pairs.ancestor_id is not null
        and pairs.ancestor_id != pairs.span_id
        and reverse_pairs.span_id is null
    group by 1, 2, 3, 4, 5

)

select * from final
{{ where_days_changed() }}
