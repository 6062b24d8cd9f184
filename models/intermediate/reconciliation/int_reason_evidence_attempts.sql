-- What our own record says of the attempts behind a line: held back, without usage, without a price, failed,
-- answered twice with one answer, served from reserved capacity.
with lines as (

    select * from {{ ref('int_reconciliation_judged') }}
    where variance_usd != 0

),

outcomes as (

    select
        {{ line_keys() | join(', ') }},
        cast(sum(case when is_quarantined then gateway_cost_usd else 0 end) as {{ money_type() }}) as quarantined_usd,
        cast(
            sum(case when is_counted and attempt_outcome = 'failed' then gateway_cost_usd else 0 end)
            as {{ money_type() }}
        ) as failed_usd,
        cast(
            sum(case when is_counted and attempt_outcome = 'repeated_answer' then gateway_cost_usd else 0 end)
            as {{ money_type() }}
        ) as repeated_usd,
        cast(sum(case when is_counted then covered_count else 0 end) as bigint) as covered_count
    from {{ ref('int_gateway_meters_daily') }}
    -- what says nothing here is nearly all, and need not be grouped
    where is_quarantined or covered_count > 0 or attempt_outcome in ('failed', 'repeated_answer')
    group by {{ line_keys() | join(', ') }}

),

unmetered as (

    select * from {{ ref('int_unmetered_lines_daily') }}

),

judged as (

    select
        lines.*,
        outcomes.quarantined_usd,
        outcomes.failed_usd,
        outcomes.repeated_usd,
        outcomes.covered_count,
        unmetered.unmetered_count,
        unmetered.unmetered_estimate_usd,
        case
            when lines.unpriced_count > 0 then 'unpriced_usage'
            when outcomes.covered_count > 0 and lines.variance_usd < 0 then 'commitment'
            when {{ explains_variance('-outcomes.quarantined_usd') }} then 'quarantined'
            when {{ explains_variance('outcomes.failed_usd') }} then 'failed_at_gateway'
            when {{ explains_variance('outcomes.repeated_usd') }} then 'cached_at_gateway'
            -- an estimate may be off by half
            when lines.variance_usd < 0 and -lines.variance_usd <= unmetered.unmetered_estimate_usd * 2 then 'unmetered'
        end as reason_code
    from lines
    left join outcomes
        on {{ same_line('lines', 'outcomes') }}
    left join unmetered
        on {{ same_line('lines', 'unmetered') }}

)

select
    {{ line_keys() | join(', ') }},
    reason_code,
    case reason_code
        when 'unpriced_usage' then cast(unpriced_count as {{ dbt.type_string() }}) || ' attempts without a price'
        when 'commitment'
            then cast(covered_count as {{ dbt.type_string() }}) || ' attempts on reserved capacity cost nothing here'
        when 'quarantined' then 'attempts held back would have cost ' || {{ usd_text('quarantined_usd') }} || ' USD'
        when 'failed_at_gateway' then 'failed attempts are priced at ' || {{ usd_text('failed_usd') }} || ' USD'
        when 'cached_at_gateway' then 'answers given again are priced at ' || {{ usd_text('repeated_usd') }} || ' USD'
        else
            cast(unmetered_count as {{ dbt.type_string() }}) || ' attempts without usage, estimated at '
            || {{ usd_text('unmetered_estimate_usd') }} || ' USD'
    end as reason_evidence
from judged
where reason_code is not null
