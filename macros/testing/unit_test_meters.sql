{# For rows of unit tests, which name only the meters that they are about: the columns of all others, so that a new
   meter changes no unit test. `but` are names of meters. #}

{# Nothing used. #}
{% macro no_use(but=[]) -%}
    {%- for meter in _other_meters(but) -%}
        cast(0 as bigint) as {{ meter.quantity }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# No price listed. #}
{% macro no_rates(but=[], ending='rate_usd') -%}
    {%- for meter in _other_meters(but) -%}
        cast(null as {{ unit_rate_type() }}) as {{ meter.name }}_{{ ending }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Nothing charged. #}
{% macro no_costs(but=[]) -%}
    {%- for meter in _other_meters(but) -%}
        cast(0 as {{ money_type() }}) as {{ meter.name }}_cost_usd{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro _other_meters(but) -%}
    {{ return(meters() | rejectattr('name', 'in', but) | list) }}
{%- endmacro %}
