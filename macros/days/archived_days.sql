{# The days whose raw records are in the archive (scripts/operations/archive.py): they stay as they were built. #}
{% macro archived_days_table() -%} raw.archived_days {%- endmacro %}

{# Whether a day can be built again: it is after the last day in the archive, or no day is known. A model names the
   relation, so that dbt knows that it reads it. #}
{% macro is_not_archived(day, relation=none) -%}
    coalesce({{ day }}, {{ open_end() }}) > (
        select coalesce(max(archived.usage_date), {{ open_start() }})
        from {{ relation or archived_days_table() }} as archived
    )
{%- endmacro %}

{# Stops a build that would make archived days again, of which it would find nothing. #}
{% macro check_archive() -%}
    {% if execute and flags.WHICH in ['build', 'run'] %}
        {% set last_day = run_query('select max(usage_date) from ' ~ archived_days_table()).columns[0][0] %}
        {% if last_day and (flags.FULL_REFRESH or names_a_day_until(last_day) or models_with_other_code()) %}
            {% do exceptions.raise_compiler_error(
                'this build would make days again whose raw records are in the archive, up to ' ~ last_day
                ~ ': ' ~ reason_to_build_all() ~ '. Bring them back with `ai-cost archive --restore`, build, '
                ~ 'and archive them again (docs/runbook.md)'
            ) %}
        {% endif %}
    {% endif %}
{%- endmacro %}

{% macro names_a_day_until(last_day) -%}
    {% if var('start_date') %}
        {{ return(var('start_date') | string <= last_day | string) }}
    {% endif %}
    {{ return(var('end_date') | default('', true) != '') }}
{%- endmacro %}

{# The chosen models that are built by days and were made by another SQL, or never. #}
{% macro models_with_other_code() -%}
    {% set built, found = built_code(), [] %}
    {% for id in selected_resources if id.startswith('model.') %}
        {% set node = graph.nodes[id] %}
        {% if is_built_by_days(node) and built.get(node.name) != code_fingerprint(id) %}
            {% do found.append(node.name) %}
        {% endif %}
    {% endfor %}
    {{ return(found | sort) }}
{%- endmacro %}

{% macro reason_to_build_all() -%}
    {% if flags.FULL_REFRESH %}
        {{ return('--full-refresh builds all days') }}
    {% elif var('start_date') or var('end_date') %}
        {{ return('start_date or end_date names some of them') }}
    {% endif %}
    {{ return('the SQL of ' ~ models_with_other_code() | join(', ') ~ ' is another than before') }}
{%- endmacro %}
