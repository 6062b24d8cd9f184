{# Whole cents of an amount, cut downwards: -0.001 USD is -1 cent. What is cut off is at least 0. #}
{% macro cents_below(amount) -%}
    cast(floor({{ amount }} * cast(100 as decimal(3, 0))) as decimal(30, 0))
{%- endmacro %}

{# Cents to the nearest, halves upwards. #}
{% macro nearest_cents(amount) -%}
    cast(floor({{ amount }} * cast(100 as decimal(3, 0)) + cast(0.5 as decimal(2, 1))) as decimal(30, 0))
{%- endmacro %}

{# Cents of one part of a whole, such that the parts sum to the whole's cents: each is cut downwards, and the
   cents that are then missing go to the parts that lost most (largest remainder). Each part is within one
   cent of its exact amount. `whole_cents` is the same on all rows of a whole and within a cent of the exact
   sum; `part_key` breaks ties. #}
{% macro cents_of_part(amount, whole_cents, whole_columns, part_key) -%}
    cast(
        {{ cents_below(amount) }}
        + case
            when row_number() over (
                partition by {{ whole_columns | join(', ') }}
                order by {{ amount }} * cast(100 as decimal(3, 0)) - {{ cents_below(amount) }} desc, {{ part_key }}
            ) <= {{ whole_cents }} - sum({{ cents_below(amount) }}) over (partition by {{ whole_columns | join(', ') }})
                then 1
            else 0
        end as decimal(30, 0)
    )
{%- endmacro %}

{# Cents as money. #}
{% macro cents_to_money(cents) -%}
    cast({{ cents }} * cast(0.01 as decimal(2, 2)) as {{ money_type() }})
{%- endmacro %}

{# Of a statement: the exact cents of each component in a column of its name, and the cents that all statements of
   the month have of it. #}
{% macro cents_by_component(components) -%}
    {%- for component in components -%}
        cast(
            sum(case when component = '{{ component }}' then exact_usd else 0 end) * cast(100 as decimal(3, 0))
            as {{ money_type() }}
        ) as {{ component }},
        max(max(case when component = '{{ component }}' then component_cents end)) over (partition by posting_period)
            as all_{{ component }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Cents of a component after the components `before` it: cut downwards, and one more for the statements that are
   short of most, until the component has its cents of the month. None for a part in whole cents. #}
{% macro cents_both_ways(component, before) -%}
    {%- set short = [] -%}
    {%- for earlier in before -%}
        {%- do short.append('(' ~ earlier ~ ' - ' ~ earlier ~ '_cents)') -%}
    {%- endfor -%}
    floor({{ component }}) + case
        when row_number() over (
            partition by posting_period
            order by
                case when {{ component }} = floor({{ component }}) then 1 else 0 end,
                {{ (short + [component ~ ' - floor(' ~ component ~ ')']) | join(' + ') }} desc,
                team_id, cost_center_id
        ) <= all_{{ component }} - sum(floor({{ component }})) over (partition by posting_period)
            then 1
        else 0
    end
{%- endmacro %}
