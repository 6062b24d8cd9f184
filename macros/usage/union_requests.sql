{# Stacks the staging models of all gateways into one shape. #}
{% macro union_requests(models) -%}
    {{ union_models(models, request_columns()) }}
{%- endmacro %}
