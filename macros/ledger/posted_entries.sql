{# What closed periods are made of, as they were approved: written by scripts/accounting/posting.py only,
   outside every model, so that no full refresh and no rebuilt schema can lose or change it. The YAML of the
   source declares the columns. #}
{% macro create_posted_entries() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'compile', 'show', 'docs', 'run-operation'] %}
        {% do make_schema('ledger') %}
        {% for table in [
            'posted_entries', 'posted_statements', 'posted_statement_lines', 'posted_budget_status',
            'posted_focus_charges', 'posted_documents',
        ] %}
            {% set columns = [] %}
            {% for column in raw_columns('ledger', table) %}
                {% do columns.append(column.name ~ ' ' ~ raw_type(column.data_type)) %}
            {% endfor %}
            {% do run_query('create table if not exists ledger.' ~ table ~ ' (' ~ columns | join(', ') ~ ')') %}
        {% endfor %}
    {% endif %}
{%- endmacro %}
