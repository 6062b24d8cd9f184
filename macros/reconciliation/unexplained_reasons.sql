{# Causes that only repeat the figures: more or less usage than ours, a line that nobody understands, a bill without
   quantities. Their amounts are not explained. For use after "in". #}
{% macro unexplained_reasons() -%}
    ('unseen_usage', 'unbilled_usage', 'no_provider_quantity', 'unmapped_line', 'unpriced_usage')
{%- endmacro %}
