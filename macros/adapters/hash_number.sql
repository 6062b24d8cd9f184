{# A whole number of 15 digits and more that stands for a text. Sums of it are the fingerprint of a set of
   rows: the same in any order and however the rows are grouped on the way. #}
{% macro hash_number(text) -%}
    {{ return(adapter.dispatch('hash_number', 'ai_cost')(text)) }}
{%- endmacro %}

{# The first 15 hex digits of the MD5: they fit a bigint with its sign. #}
{% macro default__hash_number(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 15) as bigint)
{%- endmacro %}

{% macro postgres__hash_number(text) -%}
    cast(cast('x' || substr(md5({{ text }}), 1, 15) as bit(60)) as bigint)
{%- endmacro %}

{# A decimal: a sum of bigints overflows here. #}
{% macro spark__hash_number(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 15), 16, 10) as decimal(20, 0))
{%- endmacro %}
