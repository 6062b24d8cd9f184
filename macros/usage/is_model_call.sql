{# True where a record speaks of a model: it has one of the columns that the source's YAML names as `calls`. The
   loader counts the others, other traffic of the gateway, by the same list; they make no request. #}
{% macro is_model_call(source_name, table) -%}
    {%- set source = graph.get('sources', {}).get('source.' ~ our_name() ~ '.' ~ source_name ~ '.' ~ table)
        if execute else none -%}
    coalesce(
            {%- for column in (source.config.meta.calls if source else []) %}
            cast({{ column }} as {{ dbt.type_string() }}),
            {%- endfor %}
            null
        ) is not null
{%- endmacro %}
