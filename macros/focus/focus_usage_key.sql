{# What usage is summed by for FOCUS, beside the meter: day, owner, model, tier, and the prices, so
   that a row has one. The prices by their content: a window may get other ends and leave a day as it was. #}
{% macro focus_usage_key() -%}
    {{ return([
        'usage_date', 'team_id', 'cost_center_id', 'service_name', 'feature', 'environment',
        'provider', 'billing_account_id', 'billed_model', 'service_tier', 'priced_tier', 'region_scope',
        'price_source', 'price_card_version', 'list_context_start_tokens', 'list_rates_key',
        'contract_context_start_tokens', 'contract_rates_key',
    ]) }}
{%- endmacro %}

{# A digest of the rates of all meters. In whole 10^-15 dollars: the text of a decimal differs by engine. #}
{% macro rates_key() -%}
    {%- set units = [] %}
    {%- for column in meter_rate_columns() %}
        {%- do units.append('cast(' ~ in_last_decimals(column) ~ ' as bigint)') %}
    {%- endfor -%}
    md5({{ row_text(units) }})
{%- endmacro %}
