{# An explanation counts when it leaves no more than one per cent of itself unexplained: the figures of other
   small causes stand in the same line. Both are differences "ours less theirs", USD. #}
{% macro explains_variance(explained_usd, variance_usd='lines.variance_usd') -%}
    ({{ explained_usd }} != 0
        and abs({{ variance_usd }} - {{ explained_usd }}) * 100 <= abs({{ explained_usd }}))
{%- endmacro %}

{# Figures in the text of an evidence, alike on every engine: six decimals for money, none for quantities. #}
{% macro usd_text(amount) -%}
    cast(cast({{ amount }} as decimal(30, 6)) as {{ dbt.type_string() }})
{%- endmacro %}

{% macro quantity_text(quantity) -%}
    cast(cast({{ quantity }} as decimal(30, 0)) as {{ dbt.type_string() }})
{%- endmacro %}

{# The grain of the reconciliation. #}
{% macro line_keys() -%}
    {{ return(['usage_date', 'provider', 'billing_account_id', 'billed_model', 'meter']) }}
{%- endmacro %}

{% macro line_keys_of(relation) -%}
    {%- for key in line_keys() -%}
        {{ relation }}.{{ key }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro same_line(left, right, keys=none) -%}
    {%- for key in keys or line_keys() -%}
        {{ left }}.{{ key }} = {{ right }}.{{ key }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The meters of input of any kind, for use after "in". #}
{% macro input_meters() -%}
    ('{{ meters() | selectattr('in_tier') | map(attribute='name') | join("', '") }}')
{%- endmacro %}
