-- What counts: every attempt but those that the attribution contract holds back, which stand in
-- int_quarantined_records. What int_priced_attempts leaves out because it follows from the rest is filled in.
with attempts as (

    select * from {{ ref('int_priced_attempts') }}
    where contract_decision != 'quarantine'

)

select
    {% for column in model_columns('int_accepted_attempts') %}
    {% if column in labels() %}
    cast({{ column }} as {{ dbt.type_string() }}) as {{ column }}
    {%- elif column == 'logical_request_id' %}
    coalesce(logical_request_id, request_id) as logical_request_id
    {%- elif column == 'list_cost_usd' %}
    case when price_source = 'list' or price_status = 'not_billable' then cost_usd else separate_list_cost_usd end
        as list_cost_usd
    {%- elif column == 'gateway_estimate_difference_usd' %}
    cast(gateway_reported_cost_usd - cost_usd as {{ money_type() }}) as gateway_estimate_difference_usd
    {%- else %}
    {{ column }}
    {%- endif %}
    {{ ',' if not loop.last }}
    {% endfor %}
from attempts
