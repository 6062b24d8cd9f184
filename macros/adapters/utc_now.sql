{# The present instant as a naive UTC timestamp. #}
{% macro utc_now() -%}
    {{ return(adapter.dispatch('utc_now', 'ai_cost')()) }}
{%- endmacro %}

{# Both engines give the local time of the session for a plain cast; this does not depend on it. #}
{% macro default__utc_now() -%}
    cast(now() at time zone 'UTC' as timestamp)
{%- endmacro %}
