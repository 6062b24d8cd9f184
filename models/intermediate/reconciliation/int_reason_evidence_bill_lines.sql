-- What the lines of the bill themselves show: the same line twice, amounts in whole cents, another currency, an
-- amount for several days.
with lines as (

    select * from {{ ref('int_reconciliation_judged') }}
    where variance_usd != 0

),

bill_lines as (

    select * from {{ ref('int_bill_lines_by_category') }}
    where not is_reconciling_item

),

copies as (

    select
        {{ line_keys() | join(', ') }},
        description,
        credential_id,
        sub_account_id,
        currency,
        quantity,
        amount,
        amount_usd,
        max(charge_day_count) as charge_day_count,
        count(*) as copy_count
    from bill_lines
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12

),

summed as (

    select
        {{ line_keys() | join(', ') }},
        cast(sum(copy_count) as bigint) as line_count,
        cast(sum(coalesce(amount_usd, 0) * cast(copy_count - 1 as decimal(8, 0))) as {{ money_type() }})
            as repeated_usd,
        max(case when currency != 'USD' then currency end) as other_currency,
        max(case when amount_usd is null then 1 else 0 end) as lacks_rate,
        max(charge_day_count) as charge_day_count,
        min(case when amount = cast(amount as decimal(30, 2)) then 1 else 0 end) as is_whole_cents
    from copies
    group by {{ line_keys() | join(', ') }}

),

compared as (

    select
        lines.*,
        summed.line_count,
        summed.repeated_usd,
        summed.other_currency,
        summed.lacks_rate = 1 as lacks_rate,
        summed.charge_day_count,
        -- a rounded line is off by half a cent at most
        summed.is_whole_cents = 1
        and abs(lines.variance_usd) <= summed.line_count * cast(0.005 as decimal(4, 3)) as is_rounded
    from lines
    inner join summed
        on {{ same_line('lines', 'summed') }}

)

select
    {{ line_keys() | join(', ') }},
    case
        when is_rounded then 'rounding'
        when {{ explains_variance('-repeated_usd', 'variance_usd') }} then 'duplicate'
        when other_currency is null then 'spread_charge'
        else 'currency'
    end as reason_code,
    case
        when is_rounded
            then cast(line_count as {{ dbt.type_string() }}) || ' lines, each in whole cents'
        when {{ explains_variance('-repeated_usd', 'variance_usd') }}
            then 'lines that are on the bill more than once sum to ' || {{ usd_text('repeated_usd') }} || ' USD'
        when other_currency is null
            then 'one amount for up to ' || cast(charge_day_count as {{ dbt.type_string() }})
                || ' days, spread evenly over them'
        when lacks_rate then 'billed in ' || other_currency || ', of which fx_rates has no rate on that day'
        else 'billed in ' || other_currency || ', converted at the rate of fx_rates'
    end as reason_evidence
from compared
where is_rounded or {{ explains_variance('-repeated_usd', 'variance_usd') }} or other_currency is not null
    or charge_day_count > 1
