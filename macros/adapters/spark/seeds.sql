{# Seeds as tables of the declared types. dbt-spark's own macros know no `varchar`, read numbers as floats
   and write a quote as it stands. #}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do columns.append(name ~ ' ' ~ raw_type(types.get(name, 'varchar'))) -%}
    {%- endfor -%}
    {%- set sql -%}
        create table {{ this.render() }} ({{ columns | join(', ') }}) using parquet {{ comment_clause() }}
    {%- endset -%}
    {%- call statement('_') -%} {{ sql }} {%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}

{# All rows in one statement: texts as they stand in the file, cast by column and not by value, which is
   many times faster to parse. #}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set casts, rows = [], [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do casts.append(seed_value(name, raw_type(types.get(name, 'varchar')))) -%}
    {%- endfor -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for value in row -%}
            {%- do values.append('null' if value is none else text_literal(value)) -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- if rows -%}
        {%- set sql -%}
            insert into {{ this.render() }} select {{ casts | join(', ') }}
            from values {{ rows | join(', ') }} as seed ({{ agate_table.column_names | join(', ') }})
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {%- endif -%}
    {{ return('-- ' ~ rows | length ~ ' rows') }}
{%- endmacro %}

{# A text as a literal: Spark reads a backslash as an escape. #}
{% macro text_literal(value) -%}
    {{ return("'" ~ value | string | replace('\\', '\\\\') | replace("'", "\\'") ~ "'") }}
{%- endmacro %}

{# A text of a seed as its type: what is not of the type is null to Spark, and shall be an error. #}
{% macro seed_value(name, type) -%}
    {%- set value = 'cast(' ~ name ~ ' as ' ~ type ~ ')' -%}
    {%- set fault = "cast(raise_error('" ~ name ~ ": ' || " ~ name ~ " || ' is no " ~ type ~ "') as " ~ type ~ ')' -%}
    {{ return(
        value if type == 'string'
        else 'case when ' ~ name ~ ' is null or ' ~ value ~ ' is not null then ' ~ value ~ ' else ' ~ fault ~ ' end'
    ) }}
{%- endmacro %}
