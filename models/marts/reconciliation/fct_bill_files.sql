with lines as (

    -- a charge for several days is one line, with what became of its first day
    select
        *,
        case when charge_day_number = 1 then 1 else 0 end as is_line
    from {{ ref('int_bill_line_outcomes') }}

),

final as (

    select
        batch_id,
        provider,
        billing_account_id,
        coalesce(currency, 'none') as currency,
        min(bill_source) as bill_source,
        min(source_file) as source_file,
        min(pulled_at) as pulled_at,
        min(usage_date) as first_usage_date,
        max(usage_date) as last_usage_date,
        cast(sum(is_line) as bigint) as line_count,
        cast(coalesce(sum(amount), 0) as {{ money_type() }}) as amount,
        {% for outcome in bill_line_outcomes() %}
        cast(sum(case when outcome = '{{ outcome }}' then is_line else 0 end) as bigint) as {{ outcome }}_count,
        cast(coalesce(sum(case when outcome = '{{ outcome }}' then amount end), 0) as {{ money_type() }})
            as {{ outcome }}_amount,
        {% endfor %}
        cast(sum(case when outcome = 'no_amount' then is_line else 0 end) as bigint) as no_amount_count
    from lines
    group by 1, 2, 3, 4

)

select * from final
