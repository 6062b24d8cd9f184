{# The raw tables that hold gateway records: the source tables marked as such in their YAML. #}
{% macro gateway_table_names() -%}
    {% set names = [] %}
    {% if execute %}
        {% for table in our_sources() if table.config.meta.get('kind') == 'gateway' %}
            {% do names.append(table.name) %}
        {% endfor %}
    {% endif %}
    {{ return(names | sort) }}
{%- endmacro %}

{# The same, for use after "in". #}
{% macro gateway_tables() -%}
    ('{{ gateway_table_names() | join("', '") }}')
{%- endmacro %}
