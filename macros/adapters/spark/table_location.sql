{# Tables that are rebuilt each night are external, at the place where they would be anyway: a managed
   table cannot be made where a killed run left files. One of partitions would take such files for its own,
   so those stay managed; they are made once. #}
{% macro spark__location_clause() -%}
    {%- if not config.get('partition_by') -%}
    location '{{ model['alias'] }}'
    {%- endif -%}
{%- endmacro %}
