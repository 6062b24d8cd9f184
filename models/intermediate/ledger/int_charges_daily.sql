-- The spend of a day at the grain of a charge. When the rows were loaded is kept, because what came after
-- a month was closed is a late arrival.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    {{ month_of('usage_date') }} as usage_period,
    loaded_at,
    coalesce(billing_account_id, 'default') as billing_account_id,
    coalesce(team_id, 'unattributed') as team_id,
    coalesce(cost_center_id, 'none') as cost_center_id,
    coalesce(service_name, 'none') as service_name,
    coalesce(feature, 'none') as feature,
    coalesce(environment, 'none') as environment,
    coalesce(provider, 'none') as provider,
    {{ named_model() }} as billed_model,
    max(price_card_version) as price_card_version,
    count(*) as attempt_count,
    cast(sum(case when counts_as_request then 1 else 0 end) as bigint) as request_count,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count,
    cast(
        {% for meter in meters() if meter.is_token -%}
        sum({{ meter.quantity }}){{ ' + ' if not loop.last }}
        {%- endfor %} as bigint
    ) as total_tokens,
    cast(
        {% for meter in meters() if meter.is_token -%}
        sum(case when price_status = 'covered_by_commitment' then {{ meter.quantity }} else 0 end)
        {{- ' + ' if not loop.last }}
        {%- endfor %} as bigint
    ) as reserved_tokens,
    cast(coalesce(sum(cost_usd), 0) as {{ money_type() }}) as amount_usd
from attempts
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
