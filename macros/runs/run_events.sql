{# Events of the nights, append-only: one when a night starts, one when it has finished. A night that was
   killed has no second one. The YAML of the source declares the columns. #}
{% macro create_run_events() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'compile', 'show', 'docs', 'run-operation'] %}
        {% do make_schema('ops') %}
        {% set columns = [] %}
        {% for column in raw_columns('ops', 'run_events') %}
            {% do columns.append(column.name ~ ' ' ~ raw_type(column.data_type)) %}
        {% endfor %}
        {% do run_query('create table if not exists ops.run_events (' ~ columns | join(', ') ~ ')') %}
        {% do add_missing_run_columns() %}
    {% endif %}
{%- endmacro %}

{# An older warehouse has the table without the columns that were declared since. #}
{% macro add_missing_run_columns() -%}
    {# asked for in this way no transaction is opened, which nobody would end #}
    {% set present = run_query('select * from ops.run_events where 1 = 0').column_names %}
    {% set missing = [] %}
    {% for column in raw_columns('ops', 'run_events') if column.name not in present %}
        {% do missing.append(api.Column(column.name, raw_type(column.data_type))) %}
    {% endfor %}
    {% if missing %}
        {# Spark knows no databases #}
        {% set events = api.Relation.create(
            database=target.database | default(none), schema='ops', identifier='run_events', type='table'
        ) %}
        {% do alter_relation_add_remove_columns(events, missing, none) %}
    {% endif %}
{%- endmacro %}

{# values: a dictionary by column name; columns that it lacks are null. Called by scripts/operations/nightly.py. #}
{% macro record_run_event(values) -%}
    {% do create_run_events() %}
    {% set names, written = [], [] %}
    {% for column in raw_columns('ops', 'run_events') %}
        {% set value = utc_now() if column.name == 'happened_at' else 'null' %}
        {% if column.name in values %}
            {% set value = "'" ~ (values[column.name] | string).replace("'", "''") ~ "'" %}
        {% endif %}
        {% do names.append(column.name) %}
        {% do written.append('cast(' ~ value ~ ' as ' ~ raw_type(column.data_type) ~ ')') %}
    {% endfor %}
    {# named: a column that was added to an older table is its last one, wherever it is declared #}
    {% do run_and_commit(
        'insert into ops.run_events (' ~ names | join(', ') ~ ') select ' ~ written | join(', ')
    ) %}
{%- endmacro %}
