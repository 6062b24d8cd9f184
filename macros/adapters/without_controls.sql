{# A text with a blank for every control character (ASCII 1 to 31). #}
{% macro without_controls(text) -%}
    {{ return(adapter.dispatch('without_controls', 'ai_cost')(text)) }}
{%- endmacro %}

{% macro default__without_controls(text) -%}
    translate({{ text }}, {% for code in range(1, 32) %}chr({{ code }}){{ ' || ' if not loop.last }}{% endfor %}, repeat(' ', 31))
{%- endmacro %}

{# DuckDB's translate() builds its table again for each row, six times the work of an expression. #}
{% macro duckdb__without_controls(text) -%}
    regexp_replace({{ text }}, '[' || chr(1) || '-' || chr(31) || ']', ' ', 'g')
{%- endmacro %}
