{# What was published, as movements: each night appends what its figures are more or less than those of the nights
   before. Outside every model, so that no full refresh and no rebuilt schema can lose or change it. The YAML of the
   source declares the columns. #}
{% macro create_figure_tables() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'compile', 'show', 'docs', 'run-operation'] %}
        {% do make_schema('ops') %}
        {% for table in ['figure_movements', 'figure_days'] %}
            {% set columns = [] %}
            {% for column in raw_columns('ops', table) %}
                {% do columns.append(column.name ~ ' ' ~ raw_type(column.data_type)) %}
            {% endfor %}
            {% do run_query('create table if not exists ops.' ~ table ~ ' (' ~ columns | join(', ') ~ ')') %}
        {% endfor %}
    {% endif %}
{%- endmacro %}

{# After the night's rows, in the same transaction: adds them to what is kept. A night is added once, however often
   its models are run. #}
{% macro keep_figures(table, relation) -%}
    {%- if execute -%}
    {%- set columns = raw_columns('ops', table) | map(attribute='name') | join(', ') -%}
    insert into ops.{{ table }} ({{ columns }})
    select {{ columns }} from {{ relation }}
    where night_id not in (select kept.night_id from ops.{{ table }} as kept)
    {%- endif -%}
{%- endmacro %}

{# Whether a relation has any row, as a value: Spark knows `exists` in conditions only. #}
{% macro has_rows(relation) -%}
    (select count(*) > 0 from (select 1 as found from {{ relation }} limit 1) as first_row)
{%- endmacro %}
