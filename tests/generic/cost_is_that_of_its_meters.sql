{# Fails with every row whose cost is not the sum of the costs of its meters, to the last digit. #}
{% test cost_is_that_of_its_meters(model) %}

select
    cost_usd,
    {{ meter_cost_columns() | join(', ') }}
from {{ model }}
where cost_usd != {{ sum_of(meter_cost_columns()) }}

{% endtest %}
