{# Answers of more pieces than this are not taken apart; they are named in usage_issue, unpriced. #}
{% macro max_iterations() -%} 20 {%- endmacro %}

{# Rows (iteration_count, iteration_number): an answer of three pieces meets 1, 2 and 3. #}
{% macro iteration_numbers() -%}
    {%- for count in range(1, max_iterations() | int + 1) %}
        {%- for number in range(1, count + 1) %}
    {{ 'union all ' if count > 1 or number > 1 }}select {{ count }} as iteration_count, {{ number }} as iteration_number
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{# A count of one piece, as a whole number; what is none, such as an object, is no count. #}
{% macro iteration_tokens(keys) -%}
    {%- set value = json_array_value('usage_iterations', 'iteration_number', keys) -%}
    case when regexp_replace({{ value }}, '^[0-9]{1,12}$', '') = '' then cast({{ value }} as bigint) end
{%- endmacro %}
