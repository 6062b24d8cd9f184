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
    cast(min(case when is_settled then 1 else 0 end) as integer) = 1 as is_settled,
    cast(
        coalesce(sum(case when is_settled and status != 'no_bill' then compared_provider_cost_usd end), 0)
        as {{ money_type() }}
    ) as settled_bill_usd,
    cast(
        coalesce(
            sum(
                case
                    when is_settled and status != 'no_bill' and coalesce(decision_state, 'open') in ('open', 'reopened')
                        then variance_usd
                end
            ),
            0
        ) as {{ money_type() }}
    ) as undecided_variance_usd,
    cast(sum(case when is_settled and status != 'no_bill' then 1 else 0 end) as bigint) as settled_line_count
{%- endmacro %}

{# The sums of `summed`, judged as a whole: lines that each are within their tolerance may together be far from
   the bill. level: SQL for the level of materiality; date_column: the first day of the total. #}
{% macro judged_totals(level, date_column) -%}
    select
        summed.*,
        coalesce(own.materiality_version, common.materiality_version) as materiality_version,
        cast(
            greatest(
                coalesce(own.absolute_usd, common.absolute_usd),
                coalesce(own.relative, common.relative) * abs(summed.settled_bill_usd)
            ) as {{ money_type() }}
        ) as materiality_usd
    from summed
    {% for whose, provider in [('own', 'summed.provider'), ('common', "'*'")] %}
    left join {{ ref('int_reconciliation_materiality') }} as {{ whose }}
        on
            {{ whose }}.level = {{ level }}
            and {{ whose }}.provider = {{ provider }}
            and summed.{{ date_column }} >= {{ whose }}.valid_from
            and summed.{{ date_column }} < {{ whose }}.valid_to
    {% endfor %}
{%- endmacro %}

{# What a judged total is: never "within" where it is not, nor where no rule says how far it may be off. #}
{% macro total_status() -%}
    case
        when settled_line_count = 0 then 'not_settled'
        when abs(undecided_variance_usd) <= materiality_usd then 'within_materiality'
        else 'breach'
    end
{%- endmacro %}

{# The sums that every view of the reconciliation must agree on. #}
{% macro summed_sides() -%}
    {%- for amount in ['gateway_cost_usd', 'provider_cost_usd', 'reconciling_item_usd', 'variance_usd'] %}
    coalesce(sum({{ amount }}), 0) as {{ amount }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
