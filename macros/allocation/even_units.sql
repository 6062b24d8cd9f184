{# The part of a team under the method `even`: a number that up to twelve cost centres share without a rest. #}
{% macro even_units() -%} cast(27720 as decimal(18, 0)) {%- endmacro %}
