-- One request walked from the charge back to the raw line and forward to the provider's bill: its attempts,
-- tokens, rate card, evidence, and for each meter the line of the bill that contains it.
-- Run it with the request_id, logical_request_id or request_key of the request:
--   ai-cost dbt show --select dispute_request --vars '{request_id: chatcmpl-1}' --limit 100 --output json
-- All records of the request, field by field: records_of_a_request.
{% set wanted = "'" ~ (var('request_id', '')) | replace("'", "''") ~ "'" %}

with named as (

    select distinct logical_request_id
    from {{ ref('fct_priced_requests') }}
    where request_id = {{ wanted }} or logical_request_id = {{ wanted }} or request_key = {{ wanted }}

),

requests as (

    select
        *,
        {{ priced_at() }} as priced_at
    from {{ ref('fct_priced_requests') }}
    where logical_request_id in (select named.logical_request_id from named)

),

rates as (

    select * from {{ ref('int_rate_windows') }}

),

attempts as (

    select
        {% for meter in meters() %}
        rates.{{ meter.name }}_rate_usd,
        {% endfor %}
        requests.*
    from requests
    left join rates
        on {{ rate_applies('rates') }}

),

metered as (

    {% for meter in meters() %}
    select
        *,
        {{ named_model() }} as line_model,
        '{{ meter.name }}' as meter,
        {{ 'true' if meter.is_token else 'false' }} as is_token,
        {{ meter.quantity }} as quantity,
        {{ meter.name }}_cost_usd as meter_cost_usd,
        {{ meter.name }}_rate_usd as list_rate_usd
    from attempts
    where {{ meter.quantity }} != 0 {{ 'or price_status not in ' ~ rated_statuses() if loop.first }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

buckets as (

    select * from {{ ref('fct_reconciliation_daily') }}

),

-- the first of the lines of the bill that make up the bucket
bill_lines as (

    select
        {{ line_keys() | join(', ') }},
        source_file,
        line_number,
        description,
        row_number() over (
            partition by {{ line_keys() | join(', ') }} order by source_file, line_number, description
        ) as place
    from {{ ref('int_bill_lines_by_category') }}

),

bill as (

    select
        buckets.*,
        bill_lines.source_file,
        bill_lines.line_number,
        bill_lines.description
    from buckets
    left join bill_lines
        on
            {{ same_line('buckets', 'bill_lines') }}
            and bill_lines.place = 1

)

select
    ---------- the charge
    metered.usage_date,
    metered.team_id,
    metered.cost_center_id,
    metered.attribution_method,
    metered.attempt_number,
    metered.request_status,
    metered.cost_usd as attempt_cost_usd,
    metered.cost_if_cache_beside_usd,
    metered.gateway_reported_cost_usd,
    metered.gateway_guardrail_cost_usd,
    metered.price_status,
    metered.cost_lower_bound_usd as attempt_lower_bound_usd,
    metered.meters_without_a_price,

    ---------- what it is made of
    metered.meter,
    metered.quantity as gateway_quantity,
    metered.list_rate_usd,
    -- what was paid for a unit: a contract's price where there is one, 0 on reserved capacity
    cast({{ prorate('metered.meter_cost_usd', '1', 'metered.quantity') }} as {{ unit_rate_type() }}) as paid_rate_usd,
    metered.meter_cost_usd,
    metered.provider,
    metered.requested_model,
    metered.served_model,
    metered.billed_model,
    metered.priced_tier,
    metered.region_scope,
    metered.price_source,
    metered.price_card_version,
    metered.rate_valid_from,

    ---------- the provider's bucket that contains it
    bill.gateway_quantity as bucket_gateway_quantity,
    bill.provider_quantity as bucket_provider_quantity,
    bill.gateway_cost_usd as bucket_gateway_cost_usd,
    bill.provider_cost_usd as bucket_provider_cost_usd,
    bill.variance_usd as bucket_variance_usd,
    bill.status as bucket_status,
    bill.reason_code as bucket_reason_code,
    bill.bill_pulled_at,
    bill.description as bill_line_description,
    bill.source_file as bill_source_file,
    bill.line_number as bill_line_number,

    ---------- the evidence
    metered.source_system,
    metered.request_id,
    metered.source_file,
    metered.line_number,
    metered.record_number,
    metered.batch_id
from metered
left join bill
    on
        metered.usage_date = bill.usage_date
        and metered.provider = bill.provider
        and metered.billing_account_id = bill.billing_account_id
        and case when metered.is_token then metered.line_model else 'all models' end = bill.billed_model
        and metered.meter = bill.meter
order by metered.usage_at, metered.attempt_number, metered.request_key, metered.meter
