-- What the figures of the line suggest by themselves, when nothing else explains it.
with lines as (

    select * from {{ ref('int_reconciliation_judged') }}
    where variance_usd != 0

),

reasoned as (

    select
        *,
        case
            when meter in {{ call_meters() }} and abs(volume_variance_usd) >= abs(price_variance_usd) then 'tool_fee'
            when meter = 'unmapped' and not has_gateway then 'unmapped_line'
            when has_gateway and has_provider and not is_comparable then 'no_provider_quantity'
            when is_comparable and abs(price_variance_usd) > abs(volume_variance_usd) then 'stale_rate'
            when variance_usd < 0 then 'unseen_usage'
            else 'unbilled_usage'
        end as reason_code
    from lines

)

select
    {{ line_keys() | join(', ') }},
    reason_code,
    case
        when reason_code = 'stale_rate'
            then
                'for ' || {{ quantity_text('gateway_quantity') }} || ' units they charge '
                || {{ usd_text('gateway_cost_usd - price_variance_usd') }} || ' USD, our card '
                || {{ usd_text('gateway_cost_usd') }} || ' USD'
        when reason_code = 'no_provider_quantity' then 'the bill states no quantity'
        when reason_code = 'unmapped_line' then 'no rule says which meter the line is'
        when gateway_quantity is null and provider_quantity is null
            then 'only the bill knows it, ' || {{ usd_text('provider_cost_usd') }} || ' USD'
        else
            'ours ' || {{ quantity_text('coalesce(gateway_quantity, 0)') }} || ' units, theirs '
            || {{ quantity_text('coalesce(provider_quantity, 0)') }}
    end as reason_evidence
from reasoned
