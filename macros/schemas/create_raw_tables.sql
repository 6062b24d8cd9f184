{# Creates every declared raw table that is missing, so that a build on an empty warehouse, or one
   without files of some system, runs as usual. The loader makes the same tables from the same YAML. #}
{% macro create_raw_tables() %}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'compile', 'show', 'docs'] %}
        {% for table in our_sources() if table.schema == 'raw' %}
            {% if loop.first %}
                {% do make_schema('raw') %}
            {% endif %}
            {% set columns = [] %}
            {% for column in table.columns.values() %}
                {% do columns.append(column.name ~ ' ' ~ raw_type(column.data_type)) %}
            {% endfor %}
            {% do create_raw_table(table.name, columns) %}
        {% endfor %}
        {% do adapter.commit_if_has_connection() if adapter.commit_if_has_connection is defined %}
    {% endif %}
{% endmacro %}
