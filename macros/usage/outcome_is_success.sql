{# Whether an outcome was the one wanted: as stated, else by its word. Money that goes back is the end of an outcome,
   and none that was wanted. #}
{% macro outcome_is_success(word, stated) -%}
    coalesce({{ stated }}, lower(trim({{ word }})) != 'refund', true)
{%- endmacro %}
