{# The posted entries of closed periods: written by post_period() only, outside every model, so that no
   full refresh and no rebuilt schema can lose or change them. #}
{% macro create_posted_entries() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'compile', 'show', 'docs', 'run-operation'] %}
        {% set columns = [] %}
        {% for name, type in ledger_columns().items() %}
            {% do columns.append(name ~ ' ' ~ raw_type(type)) %}
        {% endfor %}
        {% do make_schema('ledger') %}
        {% do run_query('create table if not exists ledger.posted_entries (' ~ columns | join(', ') ~ ')') %}
    {% endif %}
{%- endmacro %}

{# Posts the open entries of a period as they stand in the ledger: `dbt run-operation post_period --args
   '{period: 2026-07-01, posted_at: 2026-08-05 09:00:00}'`. A period that has posted entries is left alone. #}
{% macro post_period(period, posted_at) -%}
    {% set columns = ledger_columns().keys() | list %}
    {% set posted = "cast('" ~ posted_at ~ "' as timestamp)" %}
    {% do run_query('begin') %}
    {% do run_query(
        'insert into ledger.posted_entries (' ~ columns | join(', ') ~ ') select '
        ~ columns | join(', ') | replace('posted_at', posted) ~ ' from ' ~ ref('fct_chargeback_ledger')
        ~ " where posting_period = cast('" ~ period ~ "' as date) and not is_posted and not exists ("
        ~ "select 1 from ledger.posted_entries where posting_period = cast('" ~ period ~ "' as date))"
    ) %}
    {% do run_query('commit') %}
{%- endmacro %}
