{# The widths of money, chosen so that every product and sum of them is exact on every engine
   (docs/decisions/0002-exact-money.md, 0033-widths-and-ratios.md). Write them here only. #}
{% macro money_type() -%} decimal(30, 15) {%- endmacro %}

{# USD for one token, call or other unit: a listed price (9 decimals) by block of up to a million. #}
{% macro unit_rate_type() -%} decimal(24, 15) {%- endmacro %}

{# Quantities of one record, when they are multiplied by a rate: the sum of a few counts of 12 digits. #}
{% macro quantity_type() -%} decimal(14, 0) {%- endmacro %}

{# Quantities of many records. #}
{% macro quantity_sum_type() -%} decimal(18, 0) {%- endmacro %}

{# A factor on a price or a quantity, six decimals. Wide although its values are small: DuckDB gives the
   product of two decimals of up to 18 digits no more than 18, and a price of 1,000 would not fit. #}
{% macro factor_type() -%} decimal(20, 6) {%- endmacro %}

{# One amount as a ratio of another, below a million million. #}
{% macro money_ratio_type() -%} decimal(24, 12) {%- endmacro %}
