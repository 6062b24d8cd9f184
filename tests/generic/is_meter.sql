{# Fails with every word that is no meter of macros/meters/meters.sql and none of `others`. #}
{% test is_meter(model, column_name, others=[]) %}

select distinct {{ column_name }}
from {{ model }}
where
    {{ column_name }} not in {{ meter_names() }}
    {% for other in others %}
    and {{ column_name }} != '{{ other }}'
    {% endfor %}

{% endtest %}
