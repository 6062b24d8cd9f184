{# The kinds of fiscal year, each with how many months or weeks after its first day every period begins, in order. A
   53rd week is part of the last period. #}
{% macro fiscal_layouts() -%}
    {% set layouts = {'months': range(12) | list, '13_periods': range(0, 52, 4) | list} %}
    {% for kind, months in {'4-4-5': [4, 4, 5], '4-5-4': [4, 5, 4], '5-4-4': [5, 4, 4]}.items() %}
        {% set starts = [0] %}
        {% for weeks in (months * 4)[:11] %}
            {% do starts.append(starts[-1] + weeks) %}
        {% endfor %}
        {% do layouts.update({kind: starts}) %}
    {% endfor %}
    {{ return(layouts) }}
{%- endmacro %}

{# The quarter of a period: three periods each, the last of thirteen periods has four. #}
{% macro fiscal_quarter(period_number) -%}
    {{ return([(period_number - 1) // 3 + 1, 4] | min) }}
{%- endmacro %}
