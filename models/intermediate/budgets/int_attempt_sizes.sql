-- What a list of the costliest or the largest attempts shows of each.
select
    usage_date,
    coalesce(team_id, 'unattributed') as team_id,
    coalesce(cost_center_id, 'none') as cost_center_id,
    request_key,
    coalesce(service_name, 'none') as service_name,
    coalesce(feature, 'none') as feature,
    coalesce(provider, 'none') as provider,
    {{ named_model() }} as billed_model,
    cast(
        {% for meter in meters() if meter.is_token -%}
        {{ meter.quantity }}{{ ' + ' if not loop.last }}
        {%- endfor %} as bigint
    ) as total_tokens,
    cost_usd
from {{ ref('int_accepted_attempts') }}
