{# The name under which an outcome that a record states stands for its request, where no trace does. An
   id may come again on another day. #}
{% macro outcome_of_request() -%}
    'request ' || cast(usage_date as {{ dbt.type_string() }}) || ' ' || logical_request_id
{%- endmacro %}
