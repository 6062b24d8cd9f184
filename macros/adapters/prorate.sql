{# amount x numerator / denominator, cut (not rounded) after 15 decimals, exact until then: `/` on
   decimals gives a double on DuckDB and drops decimals on Spark. Null where the denominator is 0, and where
   the result would have more than `digits` digits before the point (half a digit less, at worst).

   amount: money; numerator and denominator: whole numbers of up to 18 digits, or up to 37 together. The
   amount is divided first and only what is left over is multiplied, so that no step needs more than 38. #}
{% macro prorate(amount, numerator, denominator, digits=15) -%}
    {{ return(adapter.dispatch('prorate', 'ai_cost')(amount, numerator, denominator, digits)) }}
{%- endmacro %}

{# `//` on hugeints divides whole numbers; it cuts towards zero. By a numerator of 1 nothing is left over. #}
{% macro default__prorate(amount, numerator, denominator, digits) -%}
    {%- set units = in_last_decimals(amount) -%}
    {%- set factor = 'cast(' ~ numerator ~ ' as hugeint)' -%}
    {%- set divisor = 'nullif(cast(' ~ denominator ~ ' as hugeint), 0)' -%}
    {%- set limit = prorate_limit(digits) -%}
    {%- set quotient = units ~ ' // ' ~ divisor -%}
    {%- set result = quotient -%}
    {%- if numerator != '1' -%}
        {%- set limit = limit ~ ' // greatest(abs(' ~ factor ~ '), 1)' -%}
        {%- set left_over = units ~ ' % ' ~ divisor ~ ' * ' ~ factor ~ ' // ' ~ divisor -%}
        {%- set result = quotient ~ ' * ' ~ factor ~ ' + ' ~ left_over -%}
    {%- endif -%}
    case
        when abs({{ quotient }}) < {{ limit }}
            then cast(
                cast({{ result }} as decimal(38, 0))
                * cast(0.000000000000001 as decimal(15, 15)) as {{ money_type() }}
            )
    end
{%- endmacro %}

{# The cast is outermost: a `case` without `else` forgets the decimals of its branches. #}
{% macro postgres__prorate(amount, numerator, denominator, digits) -%}
    {%- set units = in_last_decimals(amount) -%}
    {%- set factor = 'cast(' ~ numerator ~ ' as numeric)' -%}
    {%- set divisor = 'nullif(cast(' ~ denominator ~ ' as numeric), 0)' -%}
    cast(
        case
            when
                abs(div({{ units }}, {{ divisor }}))
                < div({{ prorate_limit(digits) }}, greatest(abs({{ factor }}), 1))
                then div({{ units }} * {{ factor }}, {{ divisor }}) * 0.000000000000001
        end as {{ money_type() }}
    )
{%- endmacro %}

{# `div` divides whole numbers into a bigint, so the amount is divided in two parts, whole dollars first. #}
{% macro spark__prorate(amount, numerator, denominator, digits) -%}
    {%- set factor = 'cast(' ~ numerator ~ ' as decimal(19, 0))' -%}
    {%- set divisor = 'nullif(cast(' ~ denominator ~ ' as decimal(24, 0)), 0)' -%}
    {%- set dollars = 'cast(' ~ amount ~ ' - ' ~ amount ~ ' % 1 as decimal(15, 0))' -%}
    {%- set shift = 'cast(1000000000000000 as decimal(16, 0))' -%}
    {%- set left_over -%}
        ({{ dollars }} % {{ divisor }} * {{ shift }} + cast({{ amount }} % 1 * {{ shift }} as decimal(16, 0)))
    {%- endset -%}
    {%- set quotient -%}
        (cast({{ dollars }} div {{ divisor }} as decimal(16, 0)) * {{ shift }} + {{ left_over }} div {{ divisor }})
    {%- endset -%}
    case
        when
            abs({{ quotient }}) * cast(greatest(abs({{ factor }}), 1) as double)
            < cast({{ prorate_limit(digits) }} as decimal(38, 0))
            then cast(
                cast(
                    {{ quotient }} * {{ factor }} + {{ left_over }} % {{ divisor }} * {{ factor }} div {{ divisor }}
                    as decimal(38, 0)
                ) * cast(0.000000000000001 as decimal(15, 15)) as {{ money_type() }}
            )
    end
{%- endmacro %}

{# The smallest result that is too large, in fifteenth decimals. #}
{% macro prorate_limit(digits) -%}
    1{{ '0' * (15 + digits) }}
{%- endmacro %}

{# An amount as a whole number of its fifteenth decimals. In two parts: a product of decimals keeps as many
   decimals as its factors, and would have no room for more than a hundred million. #}
{% macro in_last_decimals(amount) -%}
    {{ return(adapter.dispatch('in_last_decimals', 'ai_cost')(amount)) }}
{%- endmacro %}

{# By its text: whole dollars and decimals one by one take five times as long. #}
{% macro default__in_last_decimals(amount) -%}
    cast(replace(cast(cast({{ amount }} as decimal(38, 15)) as varchar), '.', '') as hugeint)
{%- endmacro %}

{% macro postgres__in_last_decimals(amount) -%}
    cast({{ amount }} as numeric) * 1000000000000000
{%- endmacro %}

{% macro spark__in_last_decimals(amount) -%}
    cast(
                cast({{ amount }} - {{ amount }} % 1 as decimal(15, 0)) * cast(1000000000000000 as decimal(16, 0))
                + cast({{ amount }} % 1 * cast(1000000000000000 as decimal(16, 0)) as decimal(16, 0))
                as decimal(31, 0)
            )
{%- endmacro %}
