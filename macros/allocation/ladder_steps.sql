{# How many pools a cost may go through after its own. A longer ladder is refused as if it were a circle: nobody could
   follow it. #}
{% macro ladder_steps() -%}
    {{ return(5) }}
{%- endmacro %}
