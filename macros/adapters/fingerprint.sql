{# One text that changes whenever any row of a group does, whatever the order of the rows. #}
{% macro fingerprint(row_text) -%}
    {{ return(adapter.dispatch('fingerprint', 'ai_cost')(row_text)) }}
{%- endmacro %}

{# Ordered by the bytes: a collation would order the same rows differently on another machine. #}
{% macro default__fingerprint(row_text) -%}
    md5(coalesce(string_agg(md5({{ row_text }}), '' order by md5({{ row_text }})), ''))
{%- endmacro %}

{% macro postgres__fingerprint(row_text) -%}
    md5(coalesce(string_agg(md5({{ row_text }}), '' order by md5({{ row_text }}) collate "C"), ''))
{%- endmacro %}
