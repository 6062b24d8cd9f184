{# Records with the rate of the currency in which they state a cost, on their day; null without one. #}
{% macro with_rate_of_cost(relation) -%}
    (
        select
            stated.*,
            rates.usd_per_unit
        from {{ relation }} as stated
        left join {{ ref('int_fx_rates') }} as rates
            on
                upper(trim(stated.cost_currency)) = rates.currency
                and cast(stated.occurred_at as date) >= rates.valid_from
                and cast(stated.occurred_at as date) < rates.valid_to
    ) as records
{%- endmacro %}
