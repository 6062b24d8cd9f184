{# amount x numerator / denominator, cut (not rounded) after 15 decimals, exact until then: `/` on
   decimals gives a double on DuckDB and drops decimals on Spark. Null where the denominator is 0.

   amount: decimal(30,15), up to a billion; numerator and denominator: whole numbers of up to 12 digits,
   so that the product stays within 38 digits. #}
{% macro prorate(amount, numerator, denominator) -%}
    {{ return(adapter.dispatch('prorate', 'ai_cost')(amount, numerator, denominator)) }}
{%- endmacro %}

{# `//` on hugeints divides whole numbers; it cuts towards zero. #}
{% macro default__prorate(amount, numerator, denominator) -%}
    cast(
        cast(
            {{ in_last_decimals(amount) }} * cast({{ numerator }} as hugeint)
            // nullif(cast({{ denominator }} as hugeint), 0)
            as decimal(38, 0)
        ) * cast(0.000000000000001 as decimal(15, 15)) as {{ money_type() }}
    )
{%- endmacro %}

{% macro postgres__prorate(amount, numerator, denominator) -%}
    cast(
        div({{ in_last_decimals(amount) }} * {{ numerator }}, nullif({{ denominator }}, 0))
        * 0.000000000000001 as {{ money_type() }}
    )
{%- endmacro %}

{# The remainder goes first, so that what is left divides without one: `/` rounds after the sixth decimal.
   The factors are as wide as stated above; wider ones would not fit 38 digits. #}
{% macro spark__prorate(amount, numerator, denominator) -%}
    {%- set product -%}
        {{ in_last_decimals(amount) }} * cast({{ numerator }} as decimal(13, 0))
    {%- endset -%}
    {%- set divisor = 'nullif(cast(' ~ denominator ~ ' as decimal(20, 0)), 0)' -%}
    cast(
        cast(({{ product }} - ({{ product }}) % {{ divisor }}) / {{ divisor }} as decimal(31, 0))
        * cast(0.000000000000001 as decimal(15, 15)) as {{ money_type() }}
    )
{%- endmacro %}

{# An amount as a whole number of its fifteenth decimals. In two parts: a product of decimals keeps as many
   decimals as its factors, and would have no room for more than a hundred million. #}
{% macro in_last_decimals(amount) -%}
    {{ return(adapter.dispatch('in_last_decimals', 'ai_cost')(amount)) }}
{%- endmacro %}

{% macro default__in_last_decimals(amount) -%}
    (
                cast(trunc({{ amount }}) as hugeint) * 1000000000000000
                + cast({{ amount }} % 1 * cast(1000000000000000 as decimal(16, 0)) as hugeint)
            )
{%- endmacro %}

{% macro postgres__in_last_decimals(amount) -%}
    cast({{ amount }} as numeric) * 1000000000000000
{%- endmacro %}

{% macro spark__in_last_decimals(amount) -%}
    cast(
                cast({{ amount }} - {{ amount }} % 1 as decimal(15, 0)) * cast(1000000000000000 as decimal(16, 0))
                + cast({{ amount }} % 1 * cast(1000000000000000 as decimal(16, 0)) as decimal(16, 0))
                as decimal(25, 0)
            )
{%- endmacro %}
