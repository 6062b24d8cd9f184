{# A text as a JSON string, quotes included. Control characters become blanks: names come from logs. Written
   with chr() because a backslash between quotes means different things to different engines. #}
{% macro json_text(text) -%}
    chr(34) || replace(replace(
            {{ without_controls(text) }}, chr(92), chr(92) || chr(92)), chr(34), chr(92) || chr(34)) || chr(34)
{%- endmacro %}

{# A JSON object of texts from pairs (key, column), without those that are null. #}
{% macro json_texts(pairs) -%}
    '{' || substr(
        {%- for key, column in pairs %}
        coalesce(', "{{ key }}": ' || {{ json_text(column) }}, '')
        {{- ' ||' if not loop.last }}
        {%- endfor %}, 3
    ) || '}'
{%- endmacro %}
