-- Each call once, with all that its records know. A record that may be the sum of other calls is marked.
with requests as (

    select * from {{ ref('int_requests_unioned') }}

),

-- few rows are left out, so an anti-join is far cheaper than ranking every request
marked as (

    select
        {{ record_keys() | join(', ') }},
        'repeats' as decision
    from {{ ref('int_duplicate_deliveries') }}

    union

    select
        {{ record_keys() | join(', ') }},
        'repeats' as decision
    from {{ ref('int_cross_source_copies') }}

    union

    select
        {{ record_keys() | join(', ') }},
        decision
    from {{ ref('int_sums_over_calls') }}

),

merged as (

    select * from {{ ref('int_merged_evidence') }}

)

select
    {% for name, data_type in request_columns() %}
    {% if name in merged_fields() %}
    coalesce(merged.{{ name }}, requests.{{ name }}) as {{ name }},
    {% elif name == 'usage_quality' %}
    coalesce(marked.decision, requests.usage_quality) as usage_quality,
    {% else %}
    requests.{{ name }},
    {% endif %}
    {% endfor %}
    {% for name in owner_sources() %}
    merged.{{ name }},
    {% endfor %}
    merged.evidence_count,
    requests.usage_date
from requests
left join marked
    on {{ same_record('requests', 'marked') }}
left join merged
    on {{ same_record('requests', 'merged') }}
where coalesce(marked.decision, 'may_repeat') = 'may_repeat'
