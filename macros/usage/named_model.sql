{# What sums call the model of an attempt: as it is billed, else, where no card knows it, as the log names it. #}
{% macro named_model() -%}
    coalesce(billed_model, lower(served_model), lower(requested_model), 'none')
{%- endmacro %}
