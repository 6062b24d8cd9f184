{# The columns that every roll-up of the reconciliation sums: net, gross and the parts. Gross is the sum of
   absolute variances at the finest grain, so that errors of opposite sign do not hide each other. #}
{% macro rolled_up_sums() -%}
    {%- for amount in ['gateway_cost_usd', 'provider_cost_usd', 'compared_gateway_cost_usd',
        'compared_provider_cost_usd', 'reconciling_item_usd', 'variance_usd', 'volume_variance_usd', 'price_variance_usd',
        'unmatched_gateway_usd', 'unmatched_provider_usd', 'residual_usd'] %}
    cast(coalesce(sum({{ amount }}), 0) as {{ money_type() }}) as {{ amount }},
    {%- endfor %}
    cast(sum(abs(variance_usd)) as {{ money_type() }}) as gross_variance_usd,
    cast(sum(case when status = 'breach' then abs(variance_usd) else 0 end) as {{ money_type() }}) as breach_usd,
    cast(
        sum(case when decision_state in ('open', 'reopened') then abs(variance_usd) else 0 end) as {{ money_type() }}
    ) as open_breach_usd,
    count(*) as line_count,
    cast(sum(case when status = 'breach' then 1 else 0 end) as bigint) as breach_count,
    cast(sum(case when decision_state in ('open', 'reopened') then 1 else 0 end) as bigint) as open_breach_count,
    cast(sum(case when status = 'provisional' then 1 else 0 end) as bigint) as provisional_count,
    cast(sum(case when status = 'no_bill' then 1 else 0 end) as bigint) as no_bill_count,
    cast(min(case when is_settled then 1 else 0 end) as integer) = 1 as is_settled
{%- endmacro %}

{# The sums that every view of the reconciliation must agree on. #}
{% macro summed_sides() -%}
    {%- for amount in ['gateway_cost_usd', 'provider_cost_usd', 'reconciling_item_usd', 'variance_usd'] %}
    coalesce(sum({{ amount }}), 0) as {{ amount }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
