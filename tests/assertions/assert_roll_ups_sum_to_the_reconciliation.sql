-- Harm: a summary that leaves out or doubles a line lets finance sign a figure that the lines do not bear out.
with daily as (

    select
        usage_date,
        provider,
        {{ summed_sides() }}
    from {{ ref('fct_reconciliation_daily') }}
    group by 1, 2

),

provider_daily as (

    select
        usage_date,
        provider,
        {{ summed_sides() }}
    from {{ ref('fct_reconciliation_provider_daily') }}
    group by 1, 2

),

team_daily as (

    select
        usage_date,
        provider,
        {{ summed_sides() }}
    from {{ ref('fct_reconciliation_team_daily') }}
    group by 1, 2

),

team_model_daily as (

    select
        usage_date,
        provider,
        {{ summed_sides() }}
    from {{ ref('fct_reconciliation_team_model_daily') }}
    group by 1, 2

),

months as (

    select
        cast({{ dbt.date_trunc('month', 'usage_date') }} as date) as usage_date,
        provider,
        {{ summed_sides() }}
    from {{ ref('fct_reconciliation_daily') }}
    group by 1, 2

),

monthly as (

    select
        usage_month_date as usage_date,
        provider,
        {{ summed_sides() }}
    from {{ ref('fct_reconciliation_monthly') }}
    group by 1, 2

)

{% for whole, part in [
    ('daily', 'provider_daily'), ('daily', 'team_daily'), ('daily', 'team_model_daily'), ('months', 'monthly')
] %}
select
    '{{ part }}' as roll_up,
    coalesce(whole.usage_date, part.usage_date) as usage_date,
    coalesce(whole.provider, part.provider) as provider,
    whole.variance_usd,
    part.variance_usd as rolled_up_variance_usd
from {{ whole }} as whole
full outer join {{ part }} as part
    on
        whole.usage_date = part.usage_date
        and whole.provider = part.provider
where
    not coalesce(
        whole.gateway_cost_usd = part.gateway_cost_usd
        and whole.provider_cost_usd = part.provider_cost_usd
        and whole.reconciling_item_usd = part.reconciling_item_usd
        and whole.variance_usd = part.variance_usd,
        false
    )
{{ 'union all' if not loop.last }}
{% endfor %}
