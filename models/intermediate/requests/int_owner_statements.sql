-- What an application says of a call before it makes it: whose it is, under a trace or request id, and no usage. It is
-- no call, and gives its owner to the calls of its id that start within an hour on the same UTC day.
{{ incremental_by_day() }}

with stated as (

    select
        *,
        cast(usage_at as date) as usage_date
    from {{ ref('stg_envelope__events') }}
    where not is_model_call and coalesce(team_tag, service_name, feature, prompt_version, customer_id) is not null

),

statements as (

    select * from stated
    {{ where_days_changed('usage_at') }}

),

requests as (

    select * from {{ ref('int_requests_unioned') }}
    {{ where_days_changed('usage_at') }}

),

calls as (

    {% for id, name in [
        ('trace_id', 'trace_id'), ('request_id', 'request_id'), ('request_id', 'gateway_call_id'),
        ('request_id', 'provider_response_id'), ('request_id', 'logical_request_id'),
    ] %}
    select
        statements.usage_date,
        statements.source_file as statement_file,
        statements.line_number as statement_line,
        statements.record_number as statement_record,
        requests.source_file,
        requests.line_number,
        requests.record_number
    from statements
    inner join requests
        on
            statements.usage_date = requests.usage_date
            and statements.{{ id }} = requests.{{ name }}
    where
        {{ epoch_us('requests.usage_at') }} - {{ epoch_us('statements.usage_at') }} between -60000000 and 3600000000
    {{ 'union' if not loop.last }}
    {% endfor %}

)

select
    statements.*,
    calls.source_file as call_file,
    calls.line_number as call_line,
    calls.record_number as call_record
from statements
left join calls
    on
        statements.usage_date = calls.usage_date
        and statements.source_file = calls.statement_file
        and statements.line_number = calls.statement_line
        and statements.record_number = calls.statement_record
