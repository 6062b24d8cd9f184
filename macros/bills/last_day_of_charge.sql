{# The last day of a charge for two days or more; null for one day. The end is no part of the time; a day by another
   clock than UTC's is one day. #}
{% macro last_day_of_charge(start_at, end_at) -%}
    case
            when {{ end_at }} >= {{ dbt.dateadd('day', 2, start_at) }}
                then cast({{ plus_ms(end_at, '-1') }} as date)
        end
{%- endmacro %}
