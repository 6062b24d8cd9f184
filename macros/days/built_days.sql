{# Which days a model was last built from: one small table, written in the same transaction as the
   model's own rows, so that a run that is killed leaves no day half recorded. #}
{% macro built_days_table() -%} ops.built_days {%- endmacro %}

{# Whether a node of the graph is built by whole days, not by periods. What keeps rows of another kind never
   refreshes. #}
{% macro is_built_by_days(node) -%}
    {{ return(
        node.config.materialized == 'incremental' and node.config.full_refresh is none
        and 'by_period' not in node.tags
    ) }}
{%- endmacro %}

{% macro create_built_days() -%}
    {% if execute and flags.WHICH in ['build', 'run'] %}
        {% do make_schema('ops') %}
        {% do run_query(
            'create table if not exists ' ~ built_days_table() ~ ' ('
            'model_name ' ~ raw_type('varchar') ~ ', usage_date date, '
            'day_fingerprint ' ~ raw_type('varchar') ~ ', built_at timestamp)' ~ partitioned_by('model_name')
        ) %}
        {% do make_index(built_days_table(), 'model_name') %}
    {% endif %}
{%- endmacro %}

{# SQL for the days a model has to build: those the vars name, or those whose inputs changed. #}
{% macro changed_days_sql() -%}
    select inputs.usage_date
    from {{ ref('int_day_fingerprints') }} as inputs
    {% if var('start_date') or var('end_date') -%}
    where {{ is_named_day('inputs.usage_date') }} and {{ is_not_archived('inputs.usage_date') }}
    {%- else -%}
    left join {{ built_days_table() }} as built
        on inputs.usage_date = built.usage_date and built.model_name = '{{ this.name }}'
    where
        (built.day_fingerprint is null or built.day_fingerprint != inputs.day_fingerprint)
        and {{ is_not_archived('inputs.usage_date') }}
    {%- endif %}
    order by 1
{%- endmacro %}

{# Whether a day is one that the vars name; no day is when they name none. #}
{% macro is_named_day(day='usage_date') -%}
    {%- if var('start_date') or var('end_date') -%}
    {{ day }} >= {{ "cast('" ~ var('start_date') ~ "' as date)" if var('start_date') else open_start() }}
        and {{ day }} <= {{ "cast('" ~ var('end_date') ~ "' as date)" if var('end_date') else open_end() }}
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}
