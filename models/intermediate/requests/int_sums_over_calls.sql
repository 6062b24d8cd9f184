-- Records of an application that are sums over calls of other systems, and no calls: `repeats`. A sum is found where
-- all that both sides count is equal, over the calls of one other system or of all, inside the record or a little
-- beyond it. A record that may hold calls and is not their sum is `may_repeat`: it is billed, and named.
with calls as (

    select * from {{ ref('int_calls_within_records') }}

),

tries as (

    {% for reach in ['inside', 'near'] %}
    {% for systems in ["'*'", 'call_system'] %}
    select
        *,
        '{{ reach }}' as reach,
        {{ systems }} as systems
    from calls
    {{ 'where is_inside' if reach == 'inside' }}
    {{ 'union all' if not (loop.last and reach == 'near') }}
    {% endfor %}
    {% endfor %}

),

-- what a record leaves of its own system's calls may be a single one
summed as (

    select
        {{ record_keys() | join(', ') }},
        source_system,
        reach,
        systems,
        count(*) as call_count,
        count(*) >= max(case when is_remainder then 1 else 2 end)
        and sum(call_input_tokens) in (max(input_tokens), max(input_tokens + cached_tokens))
        and sum(call_output_tokens) in (max(output_tokens), max(output_tokens + reasoning_tokens))
        {% for meter in sum_meters() %}
        and coalesce(max({{ meter }}_tokens) = sum(call_{{ meter }}_tokens), true)
        {% endfor %}
            as is_sum,
        max(case when has_end and not is_one_call then 1 else 0 end) = 1
        and sum(
            case
                when
                    call_input_tokens + call_output_tokens > 0
                    and call_input_tokens <= input_tokens + cached_tokens
                    and call_output_tokens <= output_tokens + reasoning_tokens
                    then 1
                else 0
            end
        ) >= max(case when is_remainder then 1 else 2 end) as may_be_sum
    from tries
    group by {{ record_keys() | join(', ') }}, source_system, reach, systems

),

ranked as (

    select
        *,
        row_number() over (
            partition by {{ record_keys() | join(', ') }}
            order by case when is_sum then 0 else 1 end, reach, systems
        ) as try_rank
    from summed
    where is_sum or (may_be_sum and reach = 'inside' and systems = '*')

)

select
    {{ record_keys() | join(', ') }},
    source_system,
    case when is_sum then 'repeats' else 'may_repeat' end as decision,
    reach,
    systems,
    call_count
from ranked
where try_rank = 1
