{# The present instant as a naive UTC timestamp. #}
{% macro utc_now() -%}
    {{ return(adapter.dispatch('utc_now', 'ai_cost')()) }}
{%- endmacro %}

{# Both engines give the local time of the session for a plain cast; this does not depend on it. #}
{% macro default__utc_now() -%}
    cast(now() at time zone 'UTC' as timestamp)
{%- endmacro %}

{# The session's time zone is UTC: check_session() sees to that. #}
{% macro spark__utc_now() -%}
    current_timestamp()
{%- endmacro %}
