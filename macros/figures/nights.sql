{# When a night looked, by the warehouse's clock, as load times are: what was loaded later is new to the next one. #}
{% macro seen_at() -%} {{ utc_now() }} {%- endmacro %}

{# The night that figures are of, as people name it: the run's instant. Both are written into rows that stay, and only
   when something else changed, so they make nothing new (scripts/operations/made_of.py). #}
{% macro night_at() -%} {{ run_at() }} {%- endmacro %}
