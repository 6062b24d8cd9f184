{# What sums call the model of an attempt: as it is billed, else, where no card knows it, as the log names it. #}
{% macro named_model(relation=none) -%}
    {%- set of = relation ~ '.' if relation else '' -%}
    coalesce({{ of }}billed_model, lower({{ of }}served_model), lower({{ of }}requested_model), 'none')
{%- endmacro %}
