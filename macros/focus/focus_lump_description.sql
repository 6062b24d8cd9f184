{# What a charge of one amount is, in words. #}
{% macro focus_lump_description() -%}
    case
        when charge_type = 'usage' and source_ref != 'requests' then 'By the ' || source_ref || ', ' || billed_model
        when charge_type = 'usage' then 'Usage of the month, ' || billed_model
        when charge_type = 'manual' then 'Adjustment ' || source_ref
        when allocation_method = 'moved_on' then coalesce(pool_name, pool_id) || ', charged to others by rule'
        when charge_type = 'unused' then coalesce(pool_name, pool_id) || ', bought and not used, ' || source_ref
        else coalesce(pool_name, pool_id) || ', ' || source_ref
    end || coalesce(': ' || correction_reason, '')
{%- endmacro %}
