{# The number of elements of a JSON array held as text. #}
{% macro json_array_size(text) -%}
    {{ return(adapter.dispatch('json_array_size', 'ai_cost')(text)) }}
{%- endmacro %}

{% macro default__json_array_size(text) -%}
    cast(json_array_length({{ text }}) as bigint)
{%- endmacro %}

{% macro postgres__json_array_size(text) -%}
    cast(jsonb_array_length(cast({{ text }} as jsonb)) as bigint)
{%- endmacro %}

{# The text under some keys of one element (numbered from 1) of a JSON array held as text. #}
{% macro json_array_value(text, number, keys) -%}
    {{ return(adapter.dispatch('json_array_value', 'ai_cost')(text, number, keys)) }}
{%- endmacro %}

{% macro default__json_array_value(text, number, keys) -%}
    json_extract_string({{ text }}, '$[' || ({{ number }} - 1) || '].{{ keys | join(".") }}')
{%- endmacro %}

{% macro postgres__json_array_value(text, number, keys) -%}
    (cast({{ text }} as jsonb) -> cast({{ number }} - 1 as integer) #>> '{{ "{" ~ keys | join(",") ~ "}" }}')
{%- endmacro %}

{% macro spark__json_array_value(text, number, keys) -%}
    get_json_object({{ text }}, '$[' || ({{ number }} - 1) || '].{{ keys | join(".") }}')
{%- endmacro %}
