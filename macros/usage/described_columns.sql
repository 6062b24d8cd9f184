{# The columns that a model's YAML lists, for stacking it into a shape. A column missing from the YAML would
   be stacked as null, and what it counts would be free: so the warehouse is asked, just before, which
   columns the model has. Parts of a statement, as on Spark, have none to ask for. #}
{% macro described_columns(name, shape) -%}
    {% set described = model_columns(name) %}
    {% set relation = ref(name) %}
    {% if execute and flags.WHICH in ['build', 'run'] and this_is_a_model() and not relation.is_cte %}
        {% set found = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
        {% do no_columns(name, found | reject('in', described), 'selects what its YAML does not list') %}
        {% do no_columns(name, described | reject('in', found), 'does not select what its YAML lists') %}
    {% endif %}
    {% set counts = [] %}
    {% for column in described if column.startswith('reported_') %}{% do counts.append(column) %}{% endfor %}
    {% do no_columns(name, counts | reject('in', shape), 'counts what the shape it is stacked into lacks') %}
    {{ return(described) }}
{%- endmacro %}

{# A unit test compiles a model too, with rows of its own in the place of the models it reads. #}
{% macro this_is_a_model() -%}
    {{ return(model.resource_type == 'model') }}
{%- endmacro %}

{# Stops unless there are none. #}
{% macro no_columns(name, columns, what) -%}
    {% set columns = columns | list %}
    {% if columns %}
        {% do exceptions.raise_compiler_error(name ~ ' ' ~ what ~ ': ' ~ columns | join(', ')) %}
    {% endif %}
{%- endmacro %}
