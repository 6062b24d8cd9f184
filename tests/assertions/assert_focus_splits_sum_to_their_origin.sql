-- Harm: shares of a shared cost that sum to more or less than it charge somebody for nothing, or nobody for
-- something. No validator runs this to the last digit. Asked of the months that moved.
with charges as (

    select * from {{ ref('int_focus_charges') }}
    {{ where_focus_months_to_check('billing_start_date') }}

),

splits as (

    select
        billing_start_date,
        split_origin_id,
        min(split_origin_cost_usd) as least_origin_usd,
        max(split_origin_cost_usd) as most_origin_usd,
        sum(billed_cost_usd) as parts_usd,
        sum(allocated_ratio) as ratios,
        min(allocated_ratio) as least_ratio
    from charges
    where split_origin_id is not null
    group by 1, 2

)

select * from splits
where
    least_origin_usd != most_origin_usd
    or parts_usd != most_origin_usd
    or ratios is null
    or ratios != 1
    or least_ratio < 0
