{# Rows of one number, tag_number: as many as the loader keeps tags of a request (format: texts). #}
{% macro tag_numbers() -%}
    {{ rows_of_numbers('tag_number', range(1, 51)) }}
{%- endmacro %}

{# What a tag says that is written as name:value; null where no tag of the request is. #}
{% macro tag_value(tags, name) -%}
    nullif(trim(split_part(split_part(chr(10) || {{ tags }}, chr(10) || '{{ name }}:', 2), chr(10), 1)), '')
{%- endmacro %}
