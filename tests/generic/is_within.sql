{# Fails with every row whose figure is below `low` or above `high`, and says on the console which rows these are:
   a figure nobody can have meant would overflow a sum long after, where no message leads back to it. `among`
   says which rows are looked at. #}
{% test is_within(model, column_name, low, high, named_by, among='true') %}

{%- set found -%}
select
    {{ named_by | join(', ') }},
    {{ column_name }}
from {{ model }}
where {{ among }} and ({{ column_name }} < {{ low }} or {{ column_name }} > {{ high }})
{%- endset -%}
{{- name_rows(found, model.identifier ~ ': ' ~ column_name ~ ' is not between ' ~ low ~ ' and ' ~ high) }}
{{ found }}

{% endtest %}
