{# A schema is named as the project says (staging, marts, ...), not prefixed with the target's own. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
