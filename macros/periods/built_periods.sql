{# Which fingerprint a model's weeks and months were last built from: written in the same transaction as the rows. #}
{% macro built_periods_table() -%} ops.built_periods {%- endmacro %}

{% macro create_built_periods() -%}
    {% if execute and flags.WHICH in ['build', 'run'] %}
        {% do make_schema('ops') %}
        {% do run_query(
            'create table if not exists ' ~ built_periods_table() ~ ' ('
            'model_name ' ~ raw_type('varchar') ~ ', period_grain ' ~ raw_type('varchar')
            ~ ', period_start_date date, period_fingerprint ' ~ raw_type('varchar') ~ ', built_at timestamp)'
        ) %}
    {% endif %}
{%- endmacro %}

{# SQL for the periods a model has to build: those whose fingerprint is another than the one it last built them from,
   also those that are gone. `fingerprints` names a model with a row for each period. #}
{% macro changed_periods_sql(fingerprints) -%}
    select
        coalesce(inputs.period_grain, built.period_grain) as period_grain,
        coalesce(inputs.period_start_date, built.period_start_date) as period_start_date
    from {{ ref(fingerprints) }} as inputs
    full outer join (
        select * from {{ built_periods_table() }} where model_name = '{{ this.name }}'
    ) as built
        on inputs.period_grain = built.period_grain and inputs.period_start_date = built.period_start_date
    where coalesce(inputs.period_fingerprint, 'gone') != coalesce(built.period_fingerprint, 'never built')
    order by 1, 2
{%- endmacro %}

{# The same by grain, as dates in order. #}
{% macro changed_periods(fingerprints) -%}
    {% set found = {} %}
    {% for row in run_query(changed_periods_sql(fingerprints)).rows %}
        {% do found.setdefault(row[0], []).append(row[1] | string) %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}
