-- Days without a bill are in neither side, as in every other total of the reconciliation.
with lines as (

    select
        {{ month_of('usage_date') }} as usage_month_date,
        provider,
        compared_provider_cost_usd,
        variance_usd,
        -- what both sides have of the line
        greatest(least(coalesce(compared_gateway_cost_usd, 0), coalesce(compared_provider_cost_usd, 0)), 0)
            as captured_usd,
        coalesce(reason_code not in {{ unexplained_reasons() }}, false) as is_explained
    from {{ ref('fct_reconciliation_daily') }}
    where status not in ('no_bill', 'reconciling_item')

),

summed as (

    select
        usage_month_date,
        provider,
        cast(coalesce(sum(compared_provider_cost_usd), 0) as {{ money_type() }}) as billed_usd,
        cast(sum(captured_usd) as {{ money_type() }}) as captured_usd,
        cast(sum(abs(variance_usd)) as {{ money_type() }}) as gross_variance_usd,
        cast(sum(case when is_explained then abs(variance_usd) else 0 end) as {{ money_type() }}) as explained_usd
    from lines
    group by 1, 2

)

select
    usage_month_date,
    provider,
    billed_usd,
    captured_usd,
    {{ share_of('captured_usd', 'billed_usd') }} as captured_share,
    gross_variance_usd,
    explained_usd,
    {{ share_of('explained_usd', 'gross_variance_usd') }} as explained_share,
    cast(gross_variance_usd - explained_usd as {{ money_type() }}) as unexplained_usd,
    {{ share_of('gross_variance_usd - explained_usd', 'billed_usd') }} as unexplained_share
from summed
