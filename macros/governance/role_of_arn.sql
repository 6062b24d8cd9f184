{# The role or user of an ARN of AWS, without the session that took it. #}
{% macro role_of_arn(arn) -%}
    split_part({{ arn }}, '/', 2)
{%- endmacro %}
