{# A text as an HTTP status; null when it is a word. #}
{% macro http_status(text) -%}
    case
            when length({{ text }}) = 3 and translate({{ text }}, '0123456789', '') = ''
                then cast({{ text }} as bigint)
        end
{%- endmacro %}
