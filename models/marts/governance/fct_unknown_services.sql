-- A list of what is allowed says nothing while it is empty: days on which the catalogue has no service are left out.
with spend as (

    select * from {{ ref('fct_spend_daily') }}
    where service_name is not null

),

names as (

    select * from {{ ref('int_service_names') }}

),

covered_days as (

    select distinct spend.usage_date
    from spend
    inner join names
        on
            spend.usage_date >= names.valid_from
            and spend.usage_date < names.valid_to

)

select
    {{ month_of('spend.usage_date') }} as usage_period,
    spend.service_name,
    spend.team_id,
    min(spend.usage_date) as first_usage_date,
    max(spend.usage_date) as last_usage_date,
    cast(sum(spend.attempt_count) as bigint) as attempt_count,
    cast(sum(spend.cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(spend.unpriced_count) as bigint) as unpriced_count
from spend
inner join covered_days
    on spend.usage_date = covered_days.usage_date
left join names
    on
        lower(spend.service_name) = names.service_alias
        and spend.usage_date >= names.valid_from
        and spend.usage_date < names.valid_to
where names.service_alias is null
group by 1, 2, 3
