{# The part of a statement that an entry of the ledger belongs to. What speaks of an earlier month is apart
   from what the month itself caused. #}
{% macro statement_component() -%}
    case
        when reason = 'accrual_reversal' then 'accrual_reversal'
        when reason = 'invoice_received' then 'invoice_received'
        when entry_type = 'adjustment' then 'adjustment'
        when charge_type = 'usage' and entry_type = 'accrual' then 'direct_accrued'
        when charge_type = 'usage' then 'direct'
        when charge_type = 'credit' then 'credit'
        when charge_type = 'unused' and entry_type = 'accrual' then 'unused_accrued'
        when charge_type = 'unused' then 'unused'
        when entry_type = 'accrual' then 'shared_accrued'
        else 'shared'
    end
{%- endmacro %}

{# All parts there are. #}
{% macro statement_components() -%}
    {{ return([
        'direct', 'direct_accrued', 'shared', 'shared_accrued', 'unused', 'unused_accrued', 'credit',
        'accrual_reversal', 'invoice_received', 'adjustment',
    ]) }}
{%- endmacro %}
