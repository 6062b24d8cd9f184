-- What each record of a call says that may be merged, and the rank of its source's word. A span that the gateway itself
-- emits names the gateway as the service: that is no word on whose call it is. Of one source's words those of the
-- call itself come before a statement, which may be of a whole trace, and a sum, which is of several calls.
{{ incremental_by_day() }}

{% set columns = [
    'source_system', 'event_id', 'request_id', 'usage_at', 'record_version_at', 'served_model', 'reported_input_tokens',
    'reported_cache_read_tokens', 'reported_output_tokens', 'usage_emitter', 'source_file', 'line_number', 'record_number',
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
    {{ where_days_near_changed('usage_at') }}

    union all

    -- a statement stands there once for each call that it is of
    select distinct
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

),

said as (

    select
        links.*,
        {% for column in columns if column not in record_keys() %}
        records.{{ column }},
        {% endfor %}
        row_number() over (
            partition by
                {{ 'links.' ~ record_keys() | join(', links.') }}, links.evidence_role, records.source_system,
                records.event_id, records.usage_at
            order by
                coalesce(records.record_version_at, cast({{ open_start() }} as timestamp)) desc,
                links.evidence_file asc, links.evidence_line asc, links.evidence_record asc
        ) as delivery_number
    from links
    inner join records
        on
            links.evidence_date = records.usage_date
            and links.evidence_file = records.source_file
            and links.evidence_line = records.line_number
            and links.evidence_record = records.record_number

)

select
    said.usage_date,
    said.source_file,
    said.line_number,
    said.record_number,
    said.evidence_file,
    said.evidence_line,
    said.evidence_record,
    said.evidence_role,
    {% for column in columns if column not in record_keys() %}
    {% if column in ['service_name', 'service_namespace', 'environment'] %}
    case when coalesce(said.usage_emitter, '') not like 'litellm%' then said.{{ column }} end as {{ column }},
    {% elif column == 'span_id' or merged_fields().get(column) == 'gateway' %}
    case when said.evidence_role != 'sum' then said.{{ column }} end as {{ column }},
    {% else %}
    said.{{ column }},
    {% endif %}
    {% endfor %}
    cast(1000 + coalesce(by_owner.precedence, 999) as {{ dbt.type_string() }})
    || rpad(said.source_system, 40, ' ')
    || case when said.evidence_role in ('statement', 'sum') then '2' else '1' end as owner_authority,
    cast(1000 + coalesce(by_gateway.precedence, 999) as {{ dbt.type_string() }})
    || rpad(said.source_system, 40, ' ')
    || case when said.evidence_role in ('statement', 'sum') then '2' else '1' end as gateway_authority
from said
left join precedences as by_owner
    on said.source_system = by_owner.source_system and by_owner.field_group = 'owner'
left join precedences as by_gateway
    on said.source_system = by_gateway.source_system and by_gateway.field_group = 'gateway'
-- a record that was delivered twice is one record
where said.delivery_number = 1 or said.event_id is null
