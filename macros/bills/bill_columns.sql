{# The shape every bill is brought to, a row per line: (column, type). Described, with units, in
   models/intermediate/bills/int_bill_lines_unioned.yml. #}
{% macro bill_line_columns() -%}
    {{ return([
        ('bill_source', 'varchar'), ('provider_name', 'varchar'), ('service', 'varchar'),
        ('stated_account_id', 'varchar'), ('replaced_scope', 'varchar'),
        ('usage_date', 'date'), ('last_usage_date', 'date'), ('billing_period_start_date', 'date'),
        ('invoice_id', 'varchar'), ('invoice_date', 'date'), ('reference_invoice_id', 'varchar'),
        ('charge_type', 'varchar'), ('model_name', 'varchar'), ('token_class', 'varchar'),
        ('service_tier', 'varchar'), ('region_scope', 'varchar'),
        ('amount', 'decimal(30, 15)'), ('invoiced_amount', 'decimal(30, 15)'), ('list_amount', 'decimal(30, 15)'),
        ('currency', 'varchar'), ('billed_quantity', 'decimal(30, 15)'), ('billed_unit', 'varchar'),
        ('sub_account_id', 'varchar'), ('credential_id', 'varchar'), ('tags', 'varchar'), ('description', 'varchar'),
    ] + bill_evidence_columns() + [('line_part', 'integer')]) }}
{%- endmacro %}

{# What the staging model of a cloud's bill says of whose line it is and of when: later steps hand it on as it is. #}
{% macro bill_heading_columns() -%}
    {{ return([
        'bill_source', 'provider_name', 'service', 'stated_account_id', 'replaced_scope', 'usage_date',
        'billing_period_start_date',
    ]) }}
{%- endmacro %}

{# The shape every usage report is brought to, a row per result, meters beside each other. #}
{% macro provider_usage_columns() -%}
    {% set quantities = [] %}
    {% for meter in meters() %}
        {% do quantities.append((meter.quantity, 'bigint')) %}
    {% endfor %}
    {{ return([
        ('usage_source', 'varchar'), ('provider_name', 'varchar'), ('replaced_scope', 'varchar'),
        ('usage_date', 'date'), ('model_name', 'varchar'), ('service_tier', 'varchar'),
        ('region_scope', 'varchar'), ('sub_account_id', 'varchar'), ('credential_id', 'varchar'),
    ] + quantities + bill_evidence_columns()) }}
{%- endmacro %}

{# Where a line of a bill stands. #}
{% macro bill_evidence_columns() -%}
    {{ return([
        ('batch_id', 'varchar'), ('source_file', 'varchar'), ('line_number', 'bigint'),
        ('record_number', 'bigint'),
    ]) }}
{%- endmacro %}

{# The bills that come in several files at once: their source tables are marked so in their YAML. Of
   the others one file holds a whole bucket. #}
{% macro bills_in_parts() -%}
    {% set names = ['none'] %}
    {% if execute %}
        {% for table in our_sources() if table.config.meta.get('in_parts') %}
            {% do names.append(table.name) %}
        {% endfor %}
    {% endif %}
    {{ return("('" ~ names | sort | join("', '") ~ "')") }}
{%- endmacro %}

{# An amount in USD at the rate of its day, null without one. The rate takes part with eight decimals,
   a foreign amount with twelve, so that the product stays within 38 digits. #}
{% macro in_usd(amount) -%}
    cast(case
            when currency = 'USD' then {{ amount }}
            when fx_rate is not null then cast({{ amount }} as decimal(24, 12)) * cast(fx_rate as decimal(14, 8))
        end as {{ money_type() }})
{%- endmacro %}
