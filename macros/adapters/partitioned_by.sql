{# What follows the columns of a bookkeeping table whose rows are replaced by a column's value. #}
{% macro partitioned_by(column) -%}
    {{ return(adapter.dispatch('partitioned_by', 'ai_cost')(column)) }}
{%- endmacro %}

{% macro default__partitioned_by(column) -%}
    {{ return('') }}
{%- endmacro %}

{# Without delete, what can be replaced is a partition. #}
{% macro spark__partitioned_by(column) -%}
    {{ return(' using parquet partitioned by (' ~ column ~ ')') }}
{%- endmacro %}
