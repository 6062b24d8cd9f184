{# What prorate() cuts off, as a whole number: (amount x 10^15 x numerator) modulo denominator. The larger
   it is, the nearer the part was to the next unit. For amounts that are not negative; numerator and
   denominator as in prorate(). #}
{% macro prorate_remainder(amount, numerator, denominator) -%}
    {{ return(adapter.dispatch('prorate_remainder', 'ai_cost')(amount, numerator, denominator)) }}
{%- endmacro %}

{% macro default__prorate_remainder(amount, numerator, denominator) -%}
    {%- set divisor = 'nullif(cast(' ~ denominator ~ ' as hugeint), 0)' -%}
    cast(
        {{ in_last_decimals(amount) }} % {{ divisor }} * cast({{ numerator }} as hugeint) % {{ divisor }}
        as decimal(38, 0)
    )
{%- endmacro %}

{% macro postgres__prorate_remainder(amount, numerator, denominator) -%}
    cast(
        mod({{ in_last_decimals(amount) }} * cast({{ numerator }} as numeric), nullif(cast({{ denominator }} as numeric), 0))
        as decimal(38, 0)
    )
{%- endmacro %}

{% macro spark__prorate_remainder(amount, numerator, denominator) -%}
    {%- set divisor = 'nullif(cast(' ~ denominator ~ ' as decimal(24, 0)), 0)' -%}
    cast(
        {{ in_last_decimals(amount) }} % {{ divisor }} * cast({{ numerator }} as decimal(19, 0)) % {{ divisor }}
        as decimal(38, 0)
    )
{%- endmacro %}
