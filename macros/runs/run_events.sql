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
    {% endif %}
{%- endmacro %}

{# values: a dictionary by column name; columns that it lacks are null. Called by scripts/nightly.py. #}
{% macro record_run_event(values) -%}
    {% do create_run_events() %}
    {% set written = [] %}
    {% for column in raw_columns('ops', 'run_events') %}
        {% set value = utc_now() if column.name == 'happened_at' else 'null' %}
        {% if column.name in values %}
            {% set value = "'" ~ (values[column.name] | string).replace("'", "''") ~ "'" %}
        {% endif %}
        {% do written.append('cast(' ~ value ~ ' as ' ~ raw_type(column.data_type) ~ ')') %}
    {% endfor %}
    {% do write_now('insert into ops.run_events select ' ~ written | join(', ')) %}
{%- endmacro %}
