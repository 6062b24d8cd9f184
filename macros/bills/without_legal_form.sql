{# A company's name without its legal form: "OpenAI, L.L.C." is openai, "Anthropic Ireland, Limited" anthropic. #}
{% macro without_legal_form(name) -%}
    regexp_replace(
            lower({{ name }}),
            '([, ]+(l[.]?l[.]?c|inc|incorporated|pbc|p[.]b[.]c|ltd|limited|gmbh|s[.]?a[.]?r[.]?l|corp|corporation|opco|'
            || 'ireland|emea|operations)[.]?)+$', ''
        )
{%- endmacro %}
