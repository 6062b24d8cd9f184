-- What each record of a call says that may be merged, and the rank of its source's word. A span that the gateway itself
-- emits names the gateway as the service: that is no word on whose call it is.
{{ incremental_by_day() }}

{% set columns = [
    'source_system', 'request_id', 'usage_at', 'reported_input_tokens', 'reported_cache_read_tokens',
    'reported_output_tokens', 'usage_emitter', 'source_file', 'line_number', 'record_number',
] + merged_fields() | list %}
{% set stated = described_columns('stg_envelope__events', request_columns() | map('first') | list) %}
with links as (

    select * from {{ ref('int_evidence_links') }}
    {{ where_days_changed() }}

),

records as (

    select
        {% for column in columns %}
        {{ column }},
        {% endfor %}
        usage_date
    from {{ ref('int_requests_unioned') }}
    {{ where_days_changed() }}

    union all

    select
        {% for column in columns %}
        {% if column in stated %}
        {{ column }},
        {% else %}
        cast(null as {{ raw_type(request_column_type(column)) }}) as {{ column }},
        {% endif %}
        {% endfor %}
        usage_date
    from {{ ref('int_owner_statements') }}
    {{ where_days_changed() }}

),

precedences as (

    select * from {{ ref('evidence_precedence') }}

)

select
    links.usage_date,
    links.source_file,
    links.line_number,
    links.record_number,
    links.evidence_file,
    links.evidence_line,
    links.evidence_record,
    links.evidence_role,
    {% for column in columns if column not in record_keys() %}
    {% if column in ['service_name', 'service_namespace', 'environment'] %}
    case when coalesce(records.usage_emitter, '') not like 'litellm%' then records.{{ column }} end as {{ column }},
    {% else %}
    records.{{ column }},
    {% endif %}
    {% endfor %}
    cast(1000 + coalesce(by_owner.precedence, 999) as {{ dbt.type_string() }})
    || rpad(records.source_system, 40, ' ') as owner_authority,
    cast(1000 + coalesce(by_gateway.precedence, 999) as {{ dbt.type_string() }})
    || rpad(records.source_system, 40, ' ') as gateway_authority
from links
inner join records
    on
        links.usage_date = records.usage_date
        and links.evidence_file = records.source_file
        and links.evidence_line = records.line_number
        and links.evidence_record = records.record_number
left join precedences as by_owner
    on records.source_system = by_owner.source_system and by_owner.field_group = 'owner'
left join precedences as by_gateway
    on records.source_system = by_gateway.source_system and by_gateway.field_group = 'gateway'
