{# True where one of the counts is there and not zero. #}
{% macro has_count(columns) -%}
    {%- for column in columns -%}
        coalesce({{ column }} != 0, false)
        {{- ' or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
