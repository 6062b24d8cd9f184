{# Answers of more pieces than this are not taken apart; they are named in usage_issue, unpriced. #}
{% macro max_iterations() -%} 20 {%- endmacro %}

{# Rows (iteration_count, iteration_number): an answer of three pieces meets 1, 2 and 3. #}
{% macro iteration_numbers() -%}
    {%- set rows = [] -%}
    {%- for count in range(1, max_iterations() | int + 1) -%}
        {%- for number in range(1, count + 1) -%} {%- do rows.append(count ~ ', ' ~ number) -%} {%- endfor -%}
    {%- endfor -%}
    {{ rows_of_numbers('iteration_count, iteration_number', rows) }}
{%- endmacro %}

{# A count of one piece, as a whole number; what is none, such as an object, is no count. #}
{% macro iteration_tokens(keys) -%}
    {%- set value = json_array_value('usage_iterations', 'iteration_number', keys) -%}
    case when regexp_replace({{ value }}, '^[0-9]{1,12}$', '') = '' then cast({{ value }} as bigint) end
{%- endmacro %}
