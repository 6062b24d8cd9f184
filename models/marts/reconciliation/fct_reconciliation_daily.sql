with judged as (

    select * from {{ ref('int_reconciliation_judged') }}

),

reasons as (

    select * from {{ ref('int_reconciliation_reasons') }}

),

unmetered as (

    select * from {{ ref('int_unmetered_lines_daily') }}

),

reviews as (

    select * from {{ ref('int_reconciliation_reviews') }}

),

with_status as (

    select
        *,
        case
            when is_reconciling_item then 'reconciling_item'
            when not has_bill then 'no_bill'
            when variance_usd = 0 and unpriced_count = 0 then 'matched'
            when abs(variance_usd) <= tolerance_usd then 'within_tolerance'
            when not is_settled then 'provisional'
            else 'breach'
        end as status
    from judged

)

select
    {% for key in line_keys() %}
    lines.{{ key }},
    {% endfor %}
    lines.has_gateway,
    lines.has_provider,
    lines.gateway_quantity,
    lines.provider_quantity,
    lines.gateway_cost_usd,
    lines.provider_cost_usd,
    case when lines.status not in ('no_bill', 'reconciling_item') then lines.gateway_cost_usd end
        as compared_gateway_cost_usd,
    case when lines.status not in ('no_bill', 'reconciling_item') then lines.provider_cost_usd end
        as compared_provider_cost_usd,
    lines.reconciling_item_usd,
    lines.variance_usd,
    lines.volume_variance_usd,
    lines.price_variance_usd,
    lines.unmatched_gateway_usd,
    lines.unmatched_provider_usd,
    lines.residual_usd,
    lines.tolerance_usd,
    lines.tolerance_version,
    lines.status,
    case when lines.is_reconciling_item then lines.meter else reasons.reason_code end as reason_code,
    reasons.reason_evidence,
    lines.is_settled,
    lines.settles_on,
    lines.settlement_version,
    lines.bill_pulled_at,
    lines.attempt_count,
    lines.unpriced_count,
    coalesce(unmetered.unmetered_count, 0) as unmetered_count,
    unmetered.unmetered_estimate_usd,
    -- a line that ties again needs no decision; one that moved by half a cent or more needs another
    case
        when lines.status != 'breach' then null
        when reviews.decision is null then 'open'
        when reviews.decision = 'disputed' then 'disputed'
        when abs(lines.variance_usd - reviews.reviewed_variance_usd) < cast(0.005 as decimal(4, 3)) then 'accepted'
        else 'reopened'
    end as decision_state,
    reviews.decision as review_decision,
    reviews.reason as review_reason,
    reviews.reviewed_variance_usd,
    reviews.preparer as prepared_by,
    reviews.reviewer as reviewed_by,
    reviews.reviewed_at,
    reviews.note as review_note
from with_status as lines
left join reasons
    on {{ same_line('lines', 'reasons') }}
left join unmetered
    on {{ same_line('lines', 'unmetered') }}
left join reviews
    on {{ same_line('lines', 'reviews') }}
