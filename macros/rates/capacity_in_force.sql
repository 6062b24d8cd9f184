{# The reservations of capacity that hold, as CTEs of which the last is `commitments`: of each the row recorded last
   counts, less withdrawn ones, and a later row ends the one before it. #}
{% macro capacity_in_force() -%}
recorded as (

    select
        *,
        {{ starts_and_ends() }}
    from {{ ref('capacity_commitments') }}
    {{ where_known() }}

),

ranked as (

    select
        *,
        {{ recorded_rank(['commitment_id']) }}
    from recorded

),

commitments as (

    select
        provider,
        billing_account_id,
        model,
        pool_id,
        unit_count,
        tokens_per_unit_hour,
        starts_at as valid_from,
        least(ends_at, lead(starts_at) over (partition by commitment_id order by starts_at)) as valid_to
    from ranked
    {{ where_in_force() }}

)
{%- endmacro %}
