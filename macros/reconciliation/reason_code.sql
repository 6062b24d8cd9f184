{# The cause that the figures themselves suggest for a variance; null where there is none. A person
   decides, this only points. #}
{% macro reason_code() -%}
    case
            when judged.variance_usd = 0 then null
            when not judged.has_bill then 'no_bill'
            when not judged.has_provider then 'unmatched_gateway'
            when not judged.has_gateway then 'unmatched_provider'
            when judged.unpriced_count > 0 then 'unpriced_usage'
            when abs(judged.variance_usd) <= 0.005 then 'rounding'
            when coalesce(judged.provider_quantity, 0) = 0 then 'no_provider_quantity'
            when abs(judged.volume_variance_usd) > abs(judged.price_variance_usd) then 'volume'
            else 'price'
        end
{%- endmacro %}
