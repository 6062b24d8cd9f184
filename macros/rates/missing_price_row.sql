{# The seed that lacks a price, and what its row begins with. A price of our own card would take the place of all
   community prices of its model, and a contract's line that of the list's: so the row belongs where the others are. #}
{% macro missing_price_row(meters=none) -%}
    case price_source
        when 'contract' then 'rate_contract_lines.csv: '
        when 'community' then 'extra_community_prices.csv: '
        else 'extra_rate_card_prices.csv: '
    end || provider || ', ' || model_name || ', tier ' || service_tier || ', region ' || region_scope
    {%- if meters %} || ', ' || {{ meters }} {%- endif %}
{%- endmacro %}
