{# A whole number that stands for all columns of a row of a relation in the query. Sums of it tell whether a set of rows
   is the same as before, on one engine of one version. Spark wants it beside names, and no numbers, in `group by`. #}
{% macro row_hash(relation) -%}
    {{ return(adapter.dispatch('row_hash', 'ai_cost')(relation)) }}
{%- endmacro %}

{% macro default__row_hash(relation) -%} hash({{ relation }}) {%- endmacro %}

{% macro postgres__row_hash(relation) -%} hashtextextended(cast({{ relation }} as text), 0) {%- endmacro %}

{% macro spark__row_hash(relation) -%} cast(xxhash64(struct({{ relation }}.*)) as decimal(20, 0)) {%- endmacro %}
