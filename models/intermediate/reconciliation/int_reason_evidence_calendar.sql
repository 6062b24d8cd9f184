-- What the calendar says of a variance: no bill yet, a day the bill left out, a bill pulled too early, usage
-- the provider books on the neighbouring day.
{% set series = 'provider, billing_account_id, billed_model, meter' %}

with lines as (

    select * from {{ ref('int_reconciliation_judged') }}

),

neighbours as (

    select
        *,
        sum(case when has_provider and not is_reconciling_item then 1 else 0 end) over (
            partition by usage_date, provider, billing_account_id
        ) as day_provider_lines,
        lag(usage_date) over (partition by {{ series }} order by usage_date) as date_before,
        lag(variance_usd) over (partition by {{ series }} order by usage_date) as variance_before_usd,
        lead(usage_date) over (partition by {{ series }} order by usage_date) as date_after,
        lead(variance_usd) over (partition by {{ series }} order by usage_date) as variance_after_usd
    from lines

)

select
    {{ line_keys() | join(', ') }},
    case
        when not has_bill then 'no_bill'
        when day_provider_lines = 0 then 'missing_day'
        when not is_settled then 'late'
        else 'timezone_shift'
    end as reason_code,
    case
        when not has_bill then 'no bill of this account speaks of the day'
        when day_provider_lines = 0
            then 'the bill has no usage on the day at all; ours is ' || {{ usd_text('gateway_cost_usd') }} || ' USD'
        when not is_settled
            then
                'bill pulled ' || cast(cast(bill_pulled_at as date) as {{ dbt.type_string() }})
                || ', settles on ' || cast(settles_on as {{ dbt.type_string() }})
        else
            'the day before or after differs by ' || {{ usd_text('-variance_usd') }} || ' USD the other way'
    end as reason_evidence
from neighbours
where
    variance_usd != 0
    and (
        not is_settled
        or day_provider_lines = 0
        or date_before = {{ days_before('usage_date', 1) }}
        and {{ explains_variance('-variance_before_usd', 'variance_usd') }}
        or date_after = {{ days_before('usage_date', -1) }}
        and {{ explains_variance('-variance_after_usd', 'variance_usd') }}
    )
