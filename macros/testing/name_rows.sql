{# Says on the console which rows a failing test found, the first twenty; nothing when there is none. #}
{% macro name_rows(query, problem) -%}
    {%- if execute and flags.WHICH in ['build', 'test'] -%}
        {%- set words = [] -%}
        {%- for row in run_query(query).rows[:20] -%}
            {%- do words.append(row.values() | map('string') | join(' ')) -%}
        {%- endfor -%}
        {%- if words -%}
            {%- do exceptions.warn(problem ~ ': ' ~ words | join('; ')) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
