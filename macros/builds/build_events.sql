{# A log of builds, append-only: whoever publishes asks it whether the last one went well. A run that was
   killed has begun and never ended. #}
{% macro build_events_table() -%} ops.build_events {%- endmacro %}

{% macro create_build_events() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'seed'] %}
        {% do make_schema('ops') %}
        {% do run_query(
            'create table if not exists ' ~ build_events_table() ~ ' ('
            'invocation_id ' ~ raw_type('varchar') ~ ', event ' ~ raw_type('varchar')
            ~ ', status ' ~ raw_type('varchar') ~ ', is_whole boolean, happened_at timestamp)'
        ) %}
    {% endif %}
{%- endmacro %}

{# Whole: every model and every test of data, not a selection of them. What ai-cost leaves out of its own
   build looks at the code, or is there already (scripts/operations/build.py). #}
{% macro build_is_whole() -%}
    {%- set arguments = invocation_args_dict -%}
    {%- set left_out = (arguments.get('exclude') or []) | reject('in', ['tag:structure', 'tag:unchanged']) | list -%}
    {{ return(flags.WHICH == 'build' and not arguments.get('select') and left_out == []) }}
{%- endmacro %}

{% macro remember_build(event, status) -%}
    {%- if execute and flags.WHICH in ['build', 'run', 'test', 'seed'] -%}
    insert into {{ build_events_table() }}
    select '{{ invocation_id }}', '{{ event }}', '{{ status }}', {{ build_is_whole() | lower }}, {{ utc_now() }}
    {%- endif -%}
{%- endmacro %}

{% macro remember_build_end(results) -%}
    {%- set bad = results | map(attribute='status') | map('string')
        | select('in', ['error', 'fail', 'runtime error', 'skipped']) | list -%}
    {{ remember_build('finished', 'failed' if bad else 'passed') }}
{%- endmacro %}

{# When each seed was last loaded: what was loaded after the last whole build is in no figure yet. #}
{% macro create_built_seeds() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'seed'] %}
        {% do make_schema('ops') %}
        {% do run_query(
            'create table if not exists ops.built_seeds (seed_name ' ~ raw_type('varchar') ~ ', built_at timestamp)'
        ) %}
    {% endif %}
{%- endmacro %}

{% macro remember_seeds(results) -%}
    {%- set built = [] -%}
    {%- for result in results if result.node.resource_type == 'seed' and result.status == 'success' -%}
        {%- do built.append("select '" ~ result.node.name ~ "', " ~ utc_now()) -%}
    {%- endfor -%}
    {%- if execute and built -%}
    insert into ops.built_seeds {{ built | join(' union all ') }}
    {%- endif -%}
{%- endmacro %}
