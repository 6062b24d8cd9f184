{# How the billed model may differ from the one that was asked for. #}
{% macro model_drift_words() -%}
    {{ return(['none', 'alias', 'snapshot', 'stated_fallback', 'unstated_substitution', 'unknown']) }}
{%- endmacro %}

{# A model's name without its maker, region, version and date: what two providers call one model is equal then.
   For the few names of the rate card, not for every request. #}
{% macro plain_model_name(name) -%}
    {%- set bare = "regexp_replace(regexp_replace(lower(" ~ name ~ "), '^.*/', ''), '^([a-z-]+[.])+', '')" -%}
    {%- set unversioned = "regexp_replace(" ~ bare ~ ", '-v[0-9]+(:[0-9]+)?$', '')" -%}
    {%- set undated = "regexp_replace(" ~ unversioned ~ ", '[-@]20[0-9]{2}-?[0-9]{2}-?[0-9]{2}$', '')" -%}
    replace({{ undated }}, '.', '-')
{%- endmacro %}

{# True where one name is the other and a date: a pattern for every request would cost more than all the rest. #}
{% macro differs_by_a_date(one, other) -%}
    {%- for long, short in [(one, other), (other, one)] %}
            {{ 'or ' if not loop.first }}(
                substr({{ long }}, 1, length({{ short }})) = {{ short }}
                and translate(substr({{ long }}, length({{ short }}) + 1), '0123456789-@', '') = ''
            )
    {%- endfor %}
{%- endmacro %}
