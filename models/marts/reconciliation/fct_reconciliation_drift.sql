-- A control chart of what is left between us and the bill. One large day is no drift: eight of ten days must lean to
-- the same side, each by half of what is allowed.
with days as (

    select
        usage_date,
        provider,
        undecided_variance_usd,
        settled_bill_usd
    from {{ ref('fct_reconciliation_provider_daily') }}
    where settled_line_count > 0 and settled_bill_usd > 0

),

ruled as (

    select
        days.*,
        coalesce(own.absolute_usd, common.absolute_usd) as absolute_usd,
        coalesce(own.relative, common.relative) as relative
    from days
    {% for whose, provider in [('own', 'days.provider'), ('common', "'*'")] %}
    left join {{ ref('int_reconciliation_materiality') }} as {{ whose }}
        on
            {{ whose }}.level = 'drift'
            and {{ whose }}.provider = {{ provider }}
            and days.usage_date >= {{ whose }}.valid_from
            and days.usage_date < {{ whose }}.valid_to
    {% endfor %}

),

leaning as (

    select
        *,
        case
            when abs(undecided_variance_usd) * 2 < relative * settled_bill_usd then 0
            when undecided_variance_usd > 0 then 1
            else -1
        end as leans
    from ruled

),

{% set ten_days = 'over (partition by provider order by usage_date rows between 9 preceding and current row)' %}
charted as (

    select
        provider,
        usage_date,
        absolute_usd,
        relative,
        min(usage_date) {{ ten_days }} as first_usage_date,
        count(*) {{ ten_days }} as day_count,
        cast(sum(undecided_variance_usd) {{ ten_days }} as {{ money_type() }}) as variance_usd,
        cast(sum(settled_bill_usd) {{ ten_days }} as {{ money_type() }}) as settled_bill_usd,
        cast(sum(case when leans > 0 then 1 else 0 end) {{ ten_days }} as bigint) as days_above,
        cast(sum(case when leans < 0 then 1 else 0 end) {{ ten_days }} as bigint) as days_below
    from leaning

)

select
    usage_date,
    provider,
    first_usage_date,
    variance_usd,
    settled_bill_usd,
    {{ share_of('variance_usd', 'settled_bill_usd') }} as drift_share,
    days_above,
    days_below,
    case
        when day_count < 10 then 'too_few_days'
        when
            (days_above >= 8 or days_below >= 8)
            and abs(variance_usd) > absolute_usd
            and abs(variance_usd) > relative * settled_bill_usd
            then 'drift'
        else 'in_control'
    end as drift_status
from charted
