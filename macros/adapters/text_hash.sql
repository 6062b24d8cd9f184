{# A whole number of 64 bits made from a text: equal texts have equal numbers, and different texts
   seldom do. For finding candidates, never for deciding. #}
{% macro text_hash(text) -%}
    {{ return(adapter.dispatch('text_hash', 'ai_cost')(text)) }}
{%- endmacro %}

{% macro default__text_hash(text) -%}
    hash({{ text }})
{%- endmacro %}

{% macro postgres__text_hash(text) -%}
    hashtextextended({{ text }}, 0)
{%- endmacro %}

{% macro spark__text_hash(text) -%}
    xxhash64({{ text }})
{%- endmacro %}
