{# The quantity of a charge at a rate, USD; 0 where there is no rate, because FOCUS allows no null here. #}
{% macro focus_amount(rate) -%}
    cast(coalesce(cast(quantity as {{ quantity_sum_type() }}) * {{ rate }}, 0) as {{ money_type() }})
{%- endmacro %}

{# The quantity of a charge in the unit that has a price, exact: 1500 tokens are 0.0015 million. #}
{% macro focus_blocks() -%}
    case
        when commitment_status is not null then allocated_ratio
        else cast(
            cast(quantity as {{ quantity_sum_type() }}) * {{ one_over('pricing_block_size') }} as {{ money_type() }}
        )
    end
{%- endmacro %}

{# The quantity of a charge in its own unit. Those who share a capacity have a part of one, not one each. #}
{% macro focus_quantity() -%}
    case
        when commitment_status is not null then allocated_ratio else cast(quantity as {{ money_type() }})
    end
{%- endmacro %}
