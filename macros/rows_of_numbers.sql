{# Numbers as rows, in one list: stacked selects are a step of the plan each, which DuckDB repeats with all that
   follows up to the next join. `rows`: numbers, or texts such as '3, 1' where there are several columns. #}
{% macro rows_of_numbers(columns, rows) -%}
    select {{ columns }}
    from (values
        {%- for row in rows %} ({{ row }}){{ ',' if not loop.last }}{% endfor -%}
    ) as listed ({{ columns }})
{%- endmacro %}
