{# Makes a schema that is missing. Asked first, because PostgreSQL wants the right to create schemas for
   `if not exists` too, and nobody of the project has it. #}
{% macro make_schema(name) -%}
    {% if not adapter.check_schema_exists(target.database, name) %}
        {% do run_query('create schema if not exists ' ~ name) %}
    {% endif %}
{%- endmacro %}
