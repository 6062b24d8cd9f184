{# The shape of a charge before it gets its FOCUS names: (column, type). Described, with units, in
   models/intermediate/focus/int_focus_charges.yml. #}
{% macro focus_charge_columns() -%}
    {{ return([
        ('charge_key', 'varchar'), ('ledger_key', 'varchar'), ('charge_category', 'varchar'),
        ('charge_class', 'varchar'), ('charge_frequency', 'varchar'), ('charge_description', 'varchar'),
        ('charge_start_date', 'date'), ('charge_end_date', 'date'), ('billing_start_date', 'date'),
        ('provider', 'varchar'), ('billing_account_id', 'varchar'),
        ('invoice_id', 'varchar'), ('invoice_detail_id', 'varchar'),
        ('team_id', 'varchar'), ('cost_center_id', 'varchar'), ('service_name', 'varchar'),
        ('feature', 'varchar'), ('environment', 'varchar'),
        ('billed_model', 'varchar'), ('service_tier', 'varchar'), ('region_scope', 'varchar'),
        ('meter', 'varchar'), ('quantity', 'bigint'),
        ('list_rate_usd', 'decimal(30, 15)'), ('contracted_rate_usd', 'decimal(30, 15)'),
        ('sku_id', 'varchar'), ('sku_price_id', 'varchar'),
        ('list_cost_usd', 'decimal(30, 15)'), ('contracted_cost_usd', 'decimal(30, 15)'),
        ('billed_cost_usd', 'decimal(30, 15)'), ('effective_cost_usd', 'decimal(30, 15)'),
        ('pricing_category', 'varchar'), ('commitment_id', 'varchar'), ('commitment_status', 'varchar'),
        ('price_source', 'varchar'), ('price_card_version', 'varchar'),
        ('allocated_method_id', 'varchar'), ('allocated_ratio', 'decimal(30, 15)'),
        ('pool_kind', 'varchar'), ('split_origin_id', 'varchar'), ('split_origin_cost_usd', 'decimal(30, 15)'),
        ('correction_of', 'varchar'), ('correction_reason', 'varchar'),
    ]) }}
{%- endmacro %}
