{# How many of the largest attempts of a day and team are kept ready. #}
{% macro largest_kept() -%} 50 {%- endmacro %}

{# The condition on which a rule about single requests speaks of an attempt: of the join `rules`. #}
{% macro ceiling_is_reached(attempts) -%}
    (rules.team_id = '*' or {{ attempts }}.team_id = rules.team_id)
            and {{ attempts }}.usage_date >= rules.valid_from and {{ attempts }}.usage_date < rules.valid_to
            and {{ attempts }}.total_tokens >= rules.threshold
{%- endmacro %}
