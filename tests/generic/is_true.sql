{# Fails with every row for which a condition that must always hold is false or unknown. #}
{% test is_true(model, expression) %}

select * from {{ model }}
where not coalesce({{ expression }}, false)

{% endtest %}
