{# The names of a model's columns, in the order of its YAML. #}
{% macro model_columns(model) -%}
    {{ return((graph.nodes['model.' ~ our_name() ~ '.' ~ model].columns if execute else {}) | list) }}
{%- endmacro %}
