with judged as (

    select * from {{ ref('int_reconciliation_judged') }}

),

reviews as (

    select * from {{ ref('reconciliation_reviews') }}

)

select
    judged.usage_date,
    judged.provider,
    judged.billing_account_id,
    judged.billed_model,
    judged.meter,
    judged.has_gateway,
    judged.has_provider,
    judged.gateway_quantity,
    judged.provider_quantity,
    judged.gateway_cost_usd,
    judged.provider_cost_usd,
    judged.variance_usd,
    judged.volume_variance_usd,
    judged.price_variance_usd,
    judged.unmatched_gateway_usd,
    judged.unmatched_provider_usd,
    judged.residual_usd,
    judged.tolerance_usd,
    judged.tolerance_version,
    case
        when not judged.has_bill then 'no_bill'
        when judged.variance_usd = 0 and judged.unpriced_count = 0 then 'matched'
        when abs(judged.variance_usd) <= coalesce(judged.tolerance_usd, 0) then 'within_tolerance'
        when not judged.is_settled then 'provisional'
        else 'breach'
    end as status,
    {{ reason_code() }} as reason_code,
    judged.is_settled,
    judged.bill_pulled_at,
    judged.unpriced_count,
    reviews.decision as review_decision,
    reviews.reason as review_reason,
    reviews.reviewer as reviewed_by,
    reviews.reviewed_at,
    reviews.note as review_note
from judged
left join reviews
    on
        judged.usage_date = reviews.usage_date
        and judged.provider = reviews.provider
        and judged.billing_account_id = reviews.billing_account_id
        and judged.billed_model = reviews.billed_model
        and judged.meter = reviews.meter
