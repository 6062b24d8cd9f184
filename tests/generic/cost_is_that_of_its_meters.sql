{# Fails with every row whose cost, as far as it is known, is not the sum of the costs of its meters, to the last
   digit. #}
{% test cost_is_that_of_its_meters(model) %}

select
    cost_lower_bound_usd,
    {{ meter_cost_columns() | join(', ') }}
from {{ model }}
where cost_lower_bound_usd != {{ known_meter_costs() }}

{% endtest %}
