{# A model's name without what parts its words: "Nova2.0Lite" and "nova-2-lite" are alike. #}
{% macro bare_model_name(model_name) -%}
    {{ remove_words('lower(' ~ model_name ~ ')', ['.0', '.', '-', '_', ' ', ':', '/', '@']) }}
{%- endmacro %}

{# A text without some words, wherever they stand in it. #}
{% macro remove_words(text, words) -%}
    {%- for word in words -%} replace( {%- endfor -%} {{ text }}
    {%- for word in words -%} , '{{ word }}', '') {%- endfor -%}
{%- endmacro %}
