{# A view without comments on its columns: for their sake dbt-spark resolves every view twice, which is
   most of what a view costs. The descriptions stand in the YAML and in `dbt docs`. #}
{% macro spark__create_view_as(relation, sql) -%}
    {%- if config.get('contract').enforced -%}
        {%- do get_assert_columns_equivalent(sql) -%}
    {%- endif -%}
    create or replace view {{ relation }} {{ comment_clause() }} as
    {{ sql }}
{%- endmacro %}
