{# The texts of a group put together by their place, without anything between them. Nulls are left out. #}
{% macro joined_in_order(text, place) -%}
    {{ return(adapter.dispatch('joined_in_order', 'ai_cost')(text, place)) }}
{%- endmacro %}

{% macro default__joined_in_order(text, place) -%}
    string_agg({{ text }}, '' order by {{ place }})
{%- endmacro %}

{# Spark collects in any order, so the places are collected too, and sorted. #}
{% macro spark__joined_in_order(text, place) -%}
    array_join(
        transform(
            array_sort(collect_list(case when {{ text }} is not null then struct({{ place }} as place, {{ text }} as text) end)),
            piece -> piece.text
        ), ''
    )
{%- endmacro %}
