-- Each line beside the bill it is on, the tolerance of its day and whether the bill is final. A provider
-- without a rule of its own takes the one of "*".
{{ config(materialized='table') }}

with split as (

    select * from {{ ref('int_reconciliation_split') }}

),

buckets as (

    select * from {{ ref('int_billed_days') }}

),

{% for rules, model in [('tolerances', 'int_reconciliation_tolerances'), ('lags', 'int_settlement_lags')] %}
{{ rules }} as (

    select * from {{ ref(model) }}

),

{% endfor %}

ruled as (

    select
        split.*,
        buckets.usage_date is not null as has_bill,
        buckets.pulled_at as bill_pulled_at,
        coalesce(own_tolerance.tolerance_version, common_tolerance.tolerance_version) as tolerance_version,
        coalesce(own_tolerance.absolute_usd, common_tolerance.absolute_usd) as absolute_usd,
        coalesce(own_tolerance.relative, common_tolerance.relative) as relative,
        coalesce(own_lag.settlement_version, common_lag.settlement_version) as settlement_version,
        coalesce(own_lag.settles_after_days, common_lag.settles_after_days) as settles_after_days
    from split
    left join buckets
        on
            split.provider = buckets.provider
            and split.billing_account_id = buckets.billing_account_id
            and split.usage_date = buckets.usage_date
    {% for rules, word in [('tolerances', 'tolerance'), ('lags', 'lag')] %}
    {% for whose, provider in [('own', 'split.provider'), ('common', "'*'")] %}
    left join {{ rules }} as {{ whose }}_{{ word }}
        on
            {{ whose }}_{{ word }}.provider = {{ provider }}
            and split.usage_date >= {{ whose }}_{{ word }}.valid_from
            and split.usage_date < {{ whose }}_{{ word }}.valid_to
    {% endfor %}
    {% endfor %}

),

final as (

    select
        *,
        cast(
            greatest(absolute_usd, relative * abs(coalesce(provider_cost_usd, 0))) as {{ money_type() }}
        ) as tolerance_usd,
        {{ days_before('usage_date', '(-1 - settles_after_days)') }} as settles_on,
        coalesce(
            bill_pulled_at >= cast({{ days_before('usage_date', '(-1 - settles_after_days)') }} as timestamp), false
        ) as is_settled
    from ruled

)

select * from final
