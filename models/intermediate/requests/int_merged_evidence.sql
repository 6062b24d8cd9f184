-- Field by field what the records of one call know together: the first source that says anything, by
-- evidence_precedence.
with ranked as (

    select
        {{ record_keys() | join(', ') }},
        source_system,
        evidence_role,
        {% for field in merged_fields() %}
        {{ ranked_value(field) }} as {{ field }},
        {% endfor %}
        case when evidence_role = 'usage' then source_system end as usage_source
    from {{ ref('int_call_evidence') }}

),

best as (

    select
        {{ record_keys() | join(', ') }},
        {% for field in merged_fields() %}
        min({{ field }}) as {{ field }},
        {% endfor %}
        max(usage_source) as usage_source,
        count(*) as evidence_count
    from ranked
    group by {{ record_keys() | join(', ') }}

)

select
    {{ record_keys() | join(', ') }},
    {% for field in merged_fields() %}
    cast(substr({{ field }}, 46) as {{ raw_type(request_column_type(field)) }}) as {{ field }},
    {{ ranked_source(field) }} as {{ field }}_source,
    {% endfor %}
    usage_source,
    evidence_count
from best
