{# How many levels above a span its ancestors are looked for. A repeated sum that stands higher is billed again. #}
{% macro span_levels() -%} {{ return(16) }} {%- endmacro %}
