{# The columns of a row as one text, nulls told from blanks. #}
{% macro row_text(columns) -%}
    {%- for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), chr(1)) || '|'
        {{- ' || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The rate columns of all meters. #}
{% macro meter_rate_columns() -%}
    {% set columns = [] %}
    {% for meter in meters() %}
        {% do columns.append(meter.name ~ '_rate_usd') %}
    {% endfor %}
    {{ return(columns) }}
{%- endmacro %}

{# Where a record stands: the identity of one that has no id of its own. #}
{% macro record_place() -%}
    source_file || ':' || cast(line_number as {{ dbt.type_string() }})
        || ':' || cast(record_number as {{ dbt.type_string() }})
{%- endmacro %}
