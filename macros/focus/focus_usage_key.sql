{# What usage is summed by for FOCUS, beside the meter: day, owner, model, tier, and the windows that priced
   it, so that a row has one price. #}
{% macro focus_usage_key() -%}
    {{ return([
        'usage_date', 'team_id', 'cost_center_id', 'service_name', 'feature', 'environment',
        'provider', 'billing_account_id', 'billed_model', 'service_tier', 'priced_tier', 'region_scope',
        'price_source', 'price_card_version', 'list_context_start_tokens', 'list_valid_from',
        'contract_context_start_tokens', 'contract_valid_from',
    ]) }}
{%- endmacro %}
