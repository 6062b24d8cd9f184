{# Of those matched: a change of price is the former owners', by what was posted for them. From `grouped` to
   `re_rated`. #}
{% macro with_change_of_price(period) -%}
weighed as (

    select
        *,
        abs(cast(group_rest_usd as {{ money_type() }})) as size_usd,
        cast(case when group_weight > 0 then {{ posted_weight() }} else posted_attempts end as decimal(18, 0))
            as weight
    from grouped

),

-- a window of its own: what it reads is worked out once, and not again for each time the cut names it
shared as (

    select
        *,
        cast(sum(weight) over (partition by {{ period }}, match_kind, match_ref) as decimal(18, 0)) as total_weight
    from weighed

),

cut as (

    select
        *,
        {{ prorate('size_usd', 'weight', 'total_weight') }} as cut_usd,
        {{ prorate_remainder('size_usd', 'weight', 'total_weight') }} as remainder
    from shared

),

footed as (

    select
        *,
        {{ with_missing_units(
            'cut_usd', 'remainder', 'size_usd', [period, 'match_kind', 'match_ref'], 'charge_key',
        ) }} as share_usd
    from cut

),

re_rated as (

    select
        *,
        case
            when match_kind = 'owner' then rest_usd
            when match_kind = 'unknown' then 0
            when group_rest_usd < 0 then -share_usd
            else share_usd
        end as re_rate_usd
    from footed

)
{%- endmacro %}
