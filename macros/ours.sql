{# The project's name in dbt's ids of models, sources and macros. `project_name` is that of whoever installs it. #}
{% macro our_name() -%}
    {{ return('ai_cost') }}
{%- endmacro %}

{# Our own source tables: a project that installs this one has others. #}
{% macro our_sources() -%}
    {{ return(graph.sources.values() | selectattr('package_name', 'equalto', our_name()) | list) }}
{%- endmacro %}
