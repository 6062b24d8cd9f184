-- Each call once, with all that its records know.
with requests as (

    select * from {{ ref('int_requests_unioned') }}

),

-- few rows are left out, so an anti-join is far cheaper than ranking every request
left_out as (

    select {{ record_keys() | join(', ') }} from {{ ref('int_duplicate_deliveries') }}

    union

    select {{ record_keys() | join(', ') }} from {{ ref('int_cross_source_copies') }}

),

merged as (

    select * from {{ ref('int_merged_evidence') }}

)

select
    {% for name, data_type in request_columns() %}
    {% if name in merged_fields() %}
    coalesce(merged.{{ name }}, requests.{{ name }}) as {{ name }},
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
left join left_out
    on {{ same_record('requests', 'left_out') }}
left join merged
    on {{ same_record('requests', 'merged') }}
where left_out.source_file is null
