{# A text without some words, wherever they stand in it. #}
{% macro remove_words(text, words) -%}
    {%- for word in words -%} replace( {%- endfor -%} {{ text }}
    {%- for word in words -%} , '{{ word }}', '') {%- endfor -%}
{%- endmacro %}
