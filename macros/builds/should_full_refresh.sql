{# In place of dbt's own macro, which knows the flag only: a model that keeps its rows is built whole as well
   when another SQL made them. Old rows beside new ones would be figures of two kinds in one table. #}
{% macro should_full_refresh() -%}
    {% if config.get('full_refresh') is not none %}
        {{ return(config.get('full_refresh')) }}
    {% endif %}
    {{ return(
        flags.FULL_REFRESH or (execute and model.config.materialized == 'incremental'
        and built_code().get(model.name) != code_fingerprint(model.unique_id))
    ) }}
{%- endmacro %}
