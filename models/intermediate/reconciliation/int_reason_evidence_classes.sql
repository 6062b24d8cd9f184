-- The input tokens of a model tie, but not class by class: one side takes for a cache read or write what
-- the other takes for plain input, or for a write of another lifetime.
with lines as (

    select * from {{ ref('int_reconciliation_judged') }}
    where meter in {{ input_meters() }} and not is_reconciling_item

),

models as (

    select
        *,
        sum(coalesce(gateway_quantity, 0)) over (
            partition by usage_date, provider, billing_account_id, billed_model
        ) as gateway_input_quantity,
        sum(coalesce(provider_quantity, 0)) over (
            partition by usage_date, provider, billing_account_id, billed_model
        ) as provider_input_quantity,
        min(case when has_provider and provider_quantity is null then 0 else 1 end) over (
            partition by usage_date, provider, billing_account_id, billed_model
        ) as is_counted
    from lines

)

select
    {{ line_keys() | join(', ') }},
    'cache_class' as reason_code,
    'input of the model is ' || {{ quantity_text('gateway_input_quantity') }} || ' on both sides, of this class '
    || {{ quantity_text('coalesce(gateway_quantity, 0)') }} || ' ours and '
    || {{ quantity_text('coalesce(provider_quantity, 0)') }} || ' theirs' as reason_evidence
from models
where
    variance_usd != 0
    and is_counted = 1
    and gateway_input_quantity = provider_input_quantity
    and coalesce(gateway_quantity, 0) != coalesce(provider_quantity, 0)
