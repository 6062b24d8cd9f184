-- The reported figures with the counts that have no column of their own; unread_usage keeps those that nobody knows.
{{ view_by_day() }}

with requests as (

    select * from {{ ref('int_requests_deduplicated') }}
    {{ where_days_changed('usage_at') }}

),

keys as (

    select * from {{ ref('int_usage_by_key') }}

)

select
    {% for name, data_type in request_columns() %}
    {{ with_usage_keys(name) }} as {{ name }},
    {% endfor %}
    {% for name in owner_sources() %}
    requests.{{ name }},
    {% endfor %}
    requests.evidence_count,
    requests.usage_date
from requests
left join keys
    on {{ same_record('requests', 'keys') }}
