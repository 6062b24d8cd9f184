{# The schema of LiteLLM's own tables when they are read in place; empty when files are loaded. #}
{% macro litellm_schema() -%}
    {{ return(var('litellm_schema', none) or env_var('AI_COST_LITELLM_SCHEMA', '')) }}
{%- endmacro %}

{# The raw table to read LiteLLM's spend logs from: the loader's, or the view that stands in for it. #}
{% macro litellm_relation(loaded) -%}
    {{ return(in_place_view(loaded.identifier) if litellm_schema() else loaded) }}
{%- endmacro %}

{# What the loader did, and what it would have done with LiteLLM's table: the same columns. #}
{% macro with_litellm_rows(loaded) -%}
    {% if not (execute and litellm_schema()) %}{{ return(loaded) }}{% endif %}
    {% set columns = raw_columns('loader', loaded.identifier) | map(attribute='name') | join(', ') %}
    {{ return(
        '(select ' ~ columns ~ ' from ' ~ loaded ~ " where raw_table != 'litellm_spend_logs' "
        'union all select ' ~ columns ~ ' from ' ~ in_place_view(loaded.identifier) ~ ') as loaded'
    ) }}
{%- endmacro %}

{% macro in_place_view(table) -%}
    {{ return('raw.' ~ table ~ '_in_place') }}
{%- endmacro %}

{# The columns a raw table's YAML declares. #}
{% macro raw_columns(source, table) -%}
    {{ return(graph.sources['source.' ~ our_name() ~ '.' ~ source ~ '.' ~ table].columns.values() | list) }}
{%- endmacro %}

{# Creates the views over LiteLLM's tables. Nothing is written where LiteLLM's tables are. #}
{% macro create_in_place_views() -%}
    {% if execute and litellm_schema() and flags.WHICH in ['build', 'run'] %}
        {% do adapter.dispatch('create_in_place_views', 'ai_cost')() %}
        {% do adapter.commit_if_has_connection() if adapter.commit_if_has_connection is defined %}
    {% endif %}
{%- endmacro %}

{% macro default__create_in_place_views() -%}
    {% do exceptions.raise_compiler_error(
        "litellm_schema is set, but the target is not PostgreSQL: LiteLLM's tables can only be read "
        'in place from a warehouse in the same PostgreSQL database; load files instead, or unset it'
    ) %}
{%- endmacro %}
