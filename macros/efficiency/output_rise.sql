{# How much longer the answers of a prompt version are than those of the version before: 0.25 is a
   quarter longer. In thousandths of a token, as whole numbers, so that every engine divides alike. #}
{% macro output_rise() -%}
    ({{ ratio_of(
        'cast(floor(output_tokens_per_attempt * cast(1000 as ' ~ factor_type() ~ ')) as bigint)',
        'cast(floor(previous_output_tokens_per_attempt * cast(1000 as ' ~ factor_type() ~ ')) as bigint)',
    ) }} - 1)
{%- endmacro %}
