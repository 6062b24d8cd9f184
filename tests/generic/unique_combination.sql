{# Fails with every combination of columns that stands on more than one row: a grain that is not what its
   description says multiplies money in every join. #}
{% test unique_combination(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
