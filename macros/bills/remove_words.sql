{# A model's name without what parts its words: "Nova2.0Lite" and "nova-2-lite" are alike. #}
{% macro bare_model_name(model_name) -%}
    {{ remove_words('lower(' ~ model_name ~ ')', ['.0', '.', '-', '_', ' ', ':', '/', '@']) }}
{%- endmacro %}

{# A company's name without its legal form: "OpenAI, L.L.C." is openai, "Anthropic Ireland, Limited" anthropic. #}
{% macro without_legal_form(name) -%}
    regexp_replace(
            lower({{ name }}),
            '([, ]+(l[.]?l[.]?c|inc|incorporated|pbc|p[.]b[.]c|ltd|limited|gmbh|s[.]?a[.]?r[.]?l|corp|corporation|opco|'
            || 'ireland|emea|operations)[.]?)+$', ''
        )
{%- endmacro %}

{# A text without some words, wherever they stand in it. #}
{% macro remove_words(text, words) -%}
    {%- for word in words -%} replace( {%- endfor -%} {{ text }}
    {%- for word in words -%} , '{{ word }}', '') {%- endfor -%}
{%- endmacro %}
