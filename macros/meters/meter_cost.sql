{# The exact cost of one meter of a rated attempt: 0 where nobody is billed or nothing was used, null
   where the attempt or the meter has no price. `width` is that of the quantity: one attempt's, or a sum's. #}
{% macro meter_cost(meter, width) -%}
    case
            when price_status in {{ rated_statuses() }} and {{ meter.quantity }} != 0
                then cast(
                    cast({{ meter.quantity }} as {{ width }}) * {{ meter.name }}_rate_usd
                    as {{ money_type() }}
                )
            when price_status in {{ rated_statuses() }} or price_status in {{ free_statuses() }}
                then cast(0 as {{ money_type() }})
        end
{%- endmacro %}

{# The costs of all meters, as columns of a select list. #}
{% macro meter_costs(width=none) -%}
    {%- for meter in meters() %}
        {{ meter_cost(meter, width or quantity_type()) }} as {{ meter.name }}_cost_usd
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Their names. #}
{% macro meter_cost_columns() -%}
    {% set columns = [] %}
    {% for meter in meters() %}
        {% do columns.append(meter.name ~ '_cost_usd') %}
    {% endfor %}
    {{ return(columns) }}
{%- endmacro %}

{# The costs of those meters that have one, added up. #}
{% macro known_meter_costs() -%}
    {%- for column in meter_cost_columns() -%}
        coalesce({{ column }}, 0) {{- ' + ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# What could be priced of a costed attempt: all of its cost, but for what a meter without a price hides.
   Null where nothing has a price. #}
{% macro cost_lower_bound() -%}
    cast(case
        when price_status = 'partly_priced'
            then {{ known_meter_costs() }}
        else {{ sum_of(meter_cost_columns()) }}
    end as {{ money_type() }})
{%- endmacro %}

{# What counts as its cost: what could be priced, but null where a meter has no price and no rule takes the rest. #}
{% macro cost_that_counts() -%}
    cast(
            case when price_status != 'partly_priced' or takes_lower_bound then {{ cost_lower_bound() }} end
            as {{ money_type() }}
        )
{%- endmacro %}

{# The meters that a partly priced attempt used and that have no price, by name; null on any other. #}
{% macro meters_without_a_price() -%}
    case when price_status = 'partly_priced' then trim(
        {%- for meter in meters() | sort(attribute='name') %}
        case when {{ meter.name }}_cost_usd is null then '{{ meter.name }} ' else '' end
        {{- ' ||' if not loop.last }}
        {%- endfor %}
    ) end
{%- endmacro %}

{# What the list would charge for a costed attempt: its cost, unless a contract or a commitment took the
   list's place; null where the list has no price for it. #}
{% macro list_cost() -%}
    cast(case
        when price_source = 'list' and price_status = 'priced' or price_status = 'not_billable' then cost_usd
        when list_version is not null and usage_status not in ('missing', 'zero_reported') and usage_issue is null
            then
                {%- for meter in meters() %}
                case
                    when {{ meter.quantity }} = 0 then 0
                    else cast({{ meter.quantity }} as {{ quantity_type() }}) * {{ meter.name }}_list_rate_usd
                end
                {{- ' +' if not loop.last }}
                {%- endfor %}
    end as {{ money_type() }})
{%- endmacro %}

{# The provider of an attempt that would be in the next context tier if its cached tokens were beside the input; null
   on any other. #}
{% macro reaches_next_tier() -%}
    case
            when fits_two_readings and price_status = 'priced' and context_tokens + cached_tokens >= context_end_tokens
                then provider
        end
{%- endmacro %}

{# What an attempt would cost if its cached tokens were not in the input but beside it; null where nothing is in doubt,
   or the price is not known. Of the joins `longer_rates` and `longer_contract_rates`, for the next context tier. #}
{% macro cost_if_cache_beside() -%}
    cast(case
        when not fits_two_readings or price_status != 'priced' then null
        when coalesce(longer_provider, longer_contract_provider) is null
            then cost_usd + cast(cached_tokens as {{ quantity_type() }}) * requests.uncached_input_rate_usd
        else
            {%- for meter in meters() %}
            case
                when {{ meter.quantity }} = 0 then 0
                else cast({{ meter.quantity }} as {{ quantity_type() }})
                    * coalesce(longer_contract_rates.{{ meter.name }}_rate_usd, longer_rates.{{ meter.name }}_rate_usd)
            end +
            {%- endfor %}
            cast(cached_tokens as {{ quantity_type() }}) * coalesce(
                longer_contract_rates.uncached_input_rate_usd, longer_rates.uncached_input_rate_usd
            )
    end as {{ money_type() }})
{%- endmacro %}
