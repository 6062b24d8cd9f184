-- Tokens that one side counts and the other does not, by day and model, whatever they cost. A bill that is not final
-- may still grow: until then only what it has more than the logs is told.
{%- set model_keys = line_keys() | reject('equalto', 'meter') | list %}
with lines as (

    select
        *,
        -- what the bill does not count, or what nobody could read, may hold the tokens of a meter without a line
        max(case when has_provider and provider_quantity is null then 1 else 0 end) over (
            partition by {{ model_keys | join(', ') }}
        ) = 1 as has_gap
    from {{ ref('fct_reconciliation_daily') }}
    where status not in ('no_bill', 'reconciling_item') and (meter in {{ token_meters() }} or meter = 'unmapped')

),

counted as (

    select
        *,
        cast(coalesce(gateway_quantity, 0) as bigint) as logged,
        cast(coalesce(provider_quantity, 0) as bigint) as billed
    from lines
    where provider_quantity is not null or (not has_provider and not has_gap)

),

apart as (

    select
        *,
        case when is_settled or billed > logged then abs(billed - logged) else 0 end as difference
    from counted

),

ranked as (

    select
        *,
        row_number() over (
            partition by {{ model_keys | join(', ') }} order by difference desc, meter asc
        ) as meter_rank
    from apart

),

summed as (

    select
        {{ model_keys | join(', ') }},
        sum(logged) as logged_tokens,
        sum(billed) as billed_tokens,
        sum(difference) as token_difference,
        sum(case when difference > 0 then 1 else 0 end) as item_count,
        sum(case when difference > 0 then abs(variance_usd) end) as amount_usd,
        min(case when is_settled then 1 else 0 end) = 1 as is_settled,
        max(case when meter_rank = 1 then meter || coalesce(' (likely ' || reason_code || ')', '') end) as most
    from ranked
    group by {{ model_keys | join(', ') }}
    having sum(billed) > 0 and sum(difference) > 0

)

select
    'token_mismatch' as kind,
    summed.usage_date as alert_date,
    summed.provider || ', account ' || summed.billing_account_id || ', ' || summed.billed_model as subject,
    case
        when not summed.is_settled
            then 'the bill counts tokens that our logs do not have, most of them ' || summed.most
                || '; it is not final and may still grow: '
                || 'look for lost logs of the day and for calls past the gateways'
        when summed.billed_tokens > summed.logged_tokens
            then 'the bill counts tokens that our logs do not have, most of them ' || summed.most
                || ': look for lost logs of the day and for calls past the gateways'
        when summed.billed_tokens < summed.logged_tokens
            then 'our logs count tokens that the bill does not have, most of them ' || summed.most
                || ': look for calls that were logged twice or are billed on another day, and pull the bill again'
        else 'both sides count as many tokens, but of other kinds, most of them ' || summed.most
            || ': compare how the log counts cached tokens (token_conventions)'
    end as cause,
    cast(summed.item_count as bigint) as item_count,
    cast(summed.amount_usd as {{ money_type() }}) as amount_usd,
    days.found_date as newest_date,
    cast(summed.logged_tokens as bigint) as logged_tokens,
    cast(summed.billed_tokens as bigint) as billed_tokens,
    cast(summed.token_difference as bigint) as token_difference,
    summed.provider
from summed
inner join {{ ref('int_bill_days') }} as days
    on
        summed.provider = days.provider
        and summed.billing_account_id = days.billing_account_id
        and summed.usage_date = days.usage_date
