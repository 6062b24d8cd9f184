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
