-- What was used without a price, and the seed that lacks a row for it. Its amounts are no costs and are in no total.
-- What is taken at its lower bound has a cost, and is left to fct_unpriced_meters_daily.
{{ incremental_by_day() }}

with unpriced as (

    select * from {{ ref('int_unpriced_attempts') }}
    {{ where_days_changed() }}

),

attempts as (

    select
        usage_date,
        coalesce(team_id, 'unattributed') as team_id,
        provider,
        model_name,
        service_tier,
        region_scope,
        cast(price_status as {{ dbt.type_string() }}) as price_status,
        cast(coalesce(cast(usage_issue as {{ dbt.type_string() }}), 'none') as {{ dbt.type_string() }}) as usage_issue,
        coalesce(maker, 'none') as maker,
        case price_status
            when 'unpriced_unknown_provider'
                then 'extra_provider_aliases.csv: ' || {{ csv_cell('provider') }} || ',<provider of the rate card>'
            when 'unpriced_unknown_model'
                then
                    'extra_model_aliases.csv: ' || {{ csv_cell('provider') }} || ',' || {{ csv_cell('model_name') }}
                    || ',<model of the rate card>,' || cast(usage_date as {{ dbt.type_string() }})
                    || ' 00:00:00,,<where you read it>'
            when 'unpriced_no_rate' then {{ missing_price_row() }}
            when 'partly_priced' then {{ missing_price_row("replace(meters_without_a_price, ' ', ' and ')") }}
            else 'none: the log states no usage, or contradicts itself'
        end as missing_row,
        input_tokens,
        output_tokens,
        gateway_reported_cost_usd,
        maker_list_cost_usd,
        cost_lower_bound_usd
    from unpriced
    where cost_usd is null

)

select
    usage_date,
    team_id,
    provider,
    model_name,
    service_tier,
    region_scope,
    price_status,
    usage_issue,
    maker,
    count(*) as attempt_count,
    cast(sum(cast(input_tokens as {{ money_type() }})) as {{ money_type() }}) as input_tokens,
    cast(sum(cast(output_tokens as {{ money_type() }})) as {{ money_type() }}) as output_tokens,
    cast(sum(gateway_reported_cost_usd) as {{ money_type() }}) as gateway_reported_cost_usd,
    cast(sum(maker_list_cost_usd) as {{ money_type() }}) as maker_list_cost_usd,
    cast(sum(cost_lower_bound_usd) as {{ money_type() }}) as cost_lower_bound_usd,
    missing_row
from attempts
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 16
