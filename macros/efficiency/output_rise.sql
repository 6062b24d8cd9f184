{# How much more of something an attempt with a prompt version has than one with the version before: 0.25 is a
   quarter more. In thousandths of a token, as whole numbers, so that every engine divides alike. #}
{% macro rise_of(column) -%}
    ({{ ratio_of(
        'cast(floor(' ~ column ~ ' * cast(1000 as ' ~ factor_type() ~ ')) as bigint)',
        'cast(floor(previous_' ~ column ~ ' * cast(1000 as ' ~ factor_type() ~ ')) as bigint)',
    ) }} - 1)
{%- endmacro %}

{# The same of its answers. #}
{% macro output_rise() -%}
    {{ rise_of('output_tokens_per_attempt') }}
{%- endmacro %}
