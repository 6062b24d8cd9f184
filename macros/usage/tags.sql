{# Rows of one number, tag_number: as many as the loader keeps tags of a request (format: texts). #}
{% macro tag_numbers() -%}
    {%- for number in range(1, 51) %}
    {{ 'union all ' if number > 1 }}select {{ number }} as tag_number
    {%- endfor %}
{%- endmacro %}
