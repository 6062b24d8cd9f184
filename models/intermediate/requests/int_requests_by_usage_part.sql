-- One answer may be made in pieces, each by its own model: a server-side fallback, a compaction. Each
-- piece is billed at its own model, so the usage of the whole, which leaves some of them out, is not.
{{ config(tags=['by_day', 'by_instant']) }}

{% set pieces = {
    'reported_input_tokens': ['input_tokens'],
    'reported_output_tokens': ['output_tokens'],
    'reported_cache_read_tokens': ['cache_read_input_tokens'],
    'reported_cache_write_tokens': ['cache_creation_input_tokens'],
    'reported_cache_write_5m_tokens': ['cache_creation', 'ephemeral_5m_input_tokens'],
    'reported_cache_write_1h_tokens': ['cache_creation', 'ephemeral_1h_input_tokens'],
} %}
{% set of_the_answer = ['gateway_reported_cost_usd'] %}
{% for meter in meters() if not meter.is_token %}{% do of_the_answer.append('reported_' ~ meter.quantity) %}{% endfor %}
with requests as (

    select
        *,
        case when usage_iterations is not null then {{ json_array_size('usage_iterations') }} end as iteration_count
    from {{ ref('int_requests_with_usage_keys') }}

),

numbers as (

    {{ iteration_numbers() }}

),

numbered as (

    select
        requests.*,
        numbers.iteration_number
    from requests
    left join numbers
        on requests.iteration_count = numbers.iteration_count

)

select
    {% for name, data_type in request_columns() %}
    {% if name == 'event_id' %}
    event_id || coalesce('#' || cast(iteration_number as {{ dbt.type_string() }}), '') as event_id,
    {% elif name == 'served_model' %}
    -- a compaction names no model: it is the answering model's own work
    case
        when iteration_number is not null
            then coalesce({{ json_array_value('usage_iterations', 'iteration_number', ['model']) }}, served_model)
        else served_model
    end as served_model,
    {% elif name in pieces %}
    case
        when iteration_number is not null then {{ iteration_tokens(pieces[name]) }}
        else {{ name }}
    end as {{ name }},
    {% elif name == 'service_name' %}
    service_name as stated_service_name,
    {% elif name in of_the_answer %}
    {# money and calls of the whole answer stand on its first piece #}
    cast(case when coalesce(iteration_number, 1) = 1 then {{ name }} end as {{ raw_type(data_type) }}) as {{ name }},
    {% elif name.startswith('reported_') %}
    {# no piece has a figure of its own: repeated on each, it would be billed as often #}
    case when iteration_number is null then {{ name }} end as {{ name }},
    {% else %}
    {{ name }},
    {% endif %}
    {% endfor %}
    {% for name in owner_sources() %}
    {{ name }},
    {% endfor %}
    evidence_count,
    usage_date,
    iteration_number,
    iteration_count
from numbered
