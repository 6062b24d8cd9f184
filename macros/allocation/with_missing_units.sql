{# A part that was cut after 15 decimals, with one unit more where it is among those that lost most: so many
   of them as units are missing from the whole. #}
{% macro with_missing_units(cut, remainder, whole, whole_columns, part_key) -%}
    {{ cut }} + case
            when cast(0.000000000000001 as decimal(15, 15)) * row_number() over (
                partition by {{ whole_columns | join(', ') }} order by {{ remainder }} desc, {{ part_key }}
            ) <= {{ whole }} - sum({{ cut }}) over (partition by {{ whole_columns | join(', ') }})
                then cast(0.000000000000001 as decimal(15, 15))
            else 0
        end
{%- endmacro %}
