{# In place of dbt's own macro, which knows the flag only. A model that keeps its rows is built whole as well
   when another SQL made them: old rows beside new ones would be figures of two kinds in one table. A seed is
   when its table has other columns than it, which no insert would fit. #}
{% macro should_full_refresh() -%}
    {% if config.get('full_refresh') is not none %}
        {{ return(config.get('full_refresh')) }}
    {% elif flags.FULL_REFRESH or not execute %}
        {{ return(flags.FULL_REFRESH) }}
    {% elif model.resource_type == 'seed' %}
        {{ return(has_other_columns()) }}
    {% endif %}
    {{ return(model.config.materialized == 'incremental' and is_code_changed()) }}
{%- endmacro %}

{# The file is only opened where the YAML differs as well: it takes as long as to load it. #}
{% macro has_other_columns() -%}
    {% set present = adapter.get_columns_in_relation(this) | map(attribute='name') | map('lower') | sort %}
    {% if present == [] or present == model.columns.keys() | map('lower') | sort %}
        {{ return(false) }}
    {% endif %}
    {{ return(present != load_agate_table().column_names | map('lower') | sort) }}
{%- endmacro %}

{# A command without a start of a run makes no table of what was built. #}
{% macro is_code_changed() -%}
    {% set table = adapter.get_relation(database=target.database, schema='ops', identifier='built_models') %}
    {{ return(table is none or built_code().get(model.name) != code_fingerprint(model.unique_id)) }}
{%- endmacro %}
