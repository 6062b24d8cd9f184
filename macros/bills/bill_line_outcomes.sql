{# What can become of a line of a bill that has an amount; int_bill_line_outcomes decides, fct_bill_files
   counts. #}
{% macro bill_line_outcomes() -%}
    {{ return([
        'reconciled', 'invoiced', 'replaced', 'other_bill_counts', 'not_ai', 'no_exchange_rate', 'unplaced',
    ]) }}
{%- endmacro %}
