{# Which price a rated attempt took. #}
{% macro price_source() -%}
    case
            when price_status = 'covered_by_commitment' then 'commitment'
            when price_status not in {{ rated_statuses() }} then null
            when rate_contract_id is not null then 'contract'
            when source_count is not null then 'community'
            else 'list'
        end
{%- endmacro %}

{# How sure its listed price is. #}
{% macro price_confidence() -%}
    case
            when price_status not in {{ rated_statuses() }} then null
            when source_count is null then 'card'
            when source_count > 1 then 'agreed'
            else 'single'
        end
{%- endmacro %}
