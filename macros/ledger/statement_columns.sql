{# What a statement says: the columns that are posted at the close, in the order of the mart. #}
{% macro statement_columns() -%}
    {{ return([
        'posting_period', 'team_id', 'cost_center_id', 'charge_mode', 'direct_usd', 'shared_usd', 'credits_usd',
        'adjustments_usd', 'total_usd', 'accrued_usd', 'exact_total_usd', 'total_share', 'previous_total_usd',
        'change_usd', 'budget_usd', 'statement_currency', 'statement_total', 'usd_per_unit', 'fx_rate_date',
        'fx_rate_source',
    ]) }}
{%- endmacro %}

{# The same of one of its lines. #}
{% macro statement_line_columns() -%}
    {{ return([
        'posting_period', 'usage_period', 'team_id', 'cost_center_id', 'component', 'reason', 'pool_id',
        'service_name', 'feature', 'provider', 'billed_model', 'entry_count', 'attempt_count', 'exact_usd',
        'amount_usd',
    ]) }}
{%- endmacro %}
