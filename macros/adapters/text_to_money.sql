{# An amount written as text, as exact money. #}
{% macro text_to_money(text) -%}
    {{ return(adapter.dispatch('text_to_money', 'ai_cost')(text)) }}
{%- endmacro %}

{% macro default__text_to_money(text) -%}
    cast({{ text }} as {{ money_type() }})
{%- endmacro %}

{# Reading text as a decimal of more than 18 digits costs ten times as much. The narrow one has as
   many decimals, so it rounds alike, but for positive exponents; those, and what is too large for
   it, take the long way. #}
{% macro duckdb__text_to_money(text) -%}
    coalesce(
            cast(try_cast(case
                when {{ text }} not like '%e%' and {{ text }} not like '%E%' or {{ text }} like '%e-%' then {{ text }}
            end as decimal(18, 15)) as {{ money_type() }}),
            cast({{ text }} as {{ money_type() }})
        )
{%- endmacro %}
