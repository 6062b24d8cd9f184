{# The widths of money, chosen so that every product and sum of them is exact on every engine
   (docs/decisions/0002-exact-money.md). Write them here only. #}
{% macro money_type() -%} decimal(30, 15) {%- endmacro %}

{# USD for one token, call or other unit: a listed price (9 decimals) by block of up to a million. #}
{% macro unit_rate_type() -%} decimal(24, 15) {%- endmacro %}

{# Quantities, when they are multiplied by a rate. #}
{% macro quantity_type() -%} decimal(12, 0) {%- endmacro %}
