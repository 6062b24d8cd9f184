{# The name under which an outcome that a record states stands for its request, where no trace does. #}
{% macro outcome_of_request() -%}
    'request ' || logical_request_id
{%- endmacro %}
