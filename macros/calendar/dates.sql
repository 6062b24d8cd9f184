{# Dates as text, written as literals. #}
{% macro dates(days) -%} cast('{{ days | join("' as date), cast('") }}' as date) {%- endmacro %}
