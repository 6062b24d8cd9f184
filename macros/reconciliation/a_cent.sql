{# What a provider shows its amounts in, USD: figures that are nearer than that are the same. #}
{% macro a_cent() -%} cast(0.01 as decimal(3, 2)) {%- endmacro %}
