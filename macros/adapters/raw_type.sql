{# The engine's own name of a type declared for a raw column. #}
{% macro raw_type(data_type) -%}
    {{ return(adapter.dispatch('raw_type', 'ai_cost')(data_type)) }}
{%- endmacro %}

{% macro default__raw_type(data_type) -%}
    {{ return(data_type) }}
{%- endmacro %}

{# A varchar without a length is a syntax error here. #}
{% macro spark__raw_type(data_type) -%}
    {{ return('string' if data_type == 'varchar' else data_type) }}
{%- endmacro %}
