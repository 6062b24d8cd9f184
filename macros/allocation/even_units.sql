{# The part of a team under the method `even`: a number that up to twelve cost centres share without a rest. #}
{% macro even_units() -%} cast(27720 as decimal(18, 0)) {%- endmacro %}

{# What usage counts for under a rule's method, as a whole number. #}
{% macro units_of_usage() -%}
    case method
            when 'proportional_spend' then ceil(amount_usd * cast(10000 as decimal(5, 0)))
            when 'proportional_requests' then request_count
            when 'proportional_tokens' then ceil(total_tokens * cast(0.01 as decimal(2, 2)))
            else floor({{ even_units() }} / count(*) over (partition by rule_id, portion_date, team_id))
        end
{%- endmacro %}
