{{ config(materialized='table') }}

-- For months that are closed: what a charge is now against what was posted for it. All charges of a source, as soon
-- as one of them differs: what two causes did to a charge may cancel out. A table, because DuckDB plans the steps
-- that follow many times over.
with truth as (

    select charges.*
    from {{ ref('int_charges') }} as charges
    inner join {{ ref('int_posting_state') }} as state
        on charges.usage_period <= state.last_posted_period

),

posted as (

    select * from {{ ref('int_posted_balances') }}

),

compared as (

    select
        coalesce(truth.charge_key, posted.charge_key) as charge_key,
        {% for column in charge_columns() %}
        coalesce(truth.{{ column }}, posted.{{ column }}) as {{ column }},
        {% endfor %}
        coalesce(truth.pool_id, posted.pool_id) as pool_id,
        coalesce(truth.allocation_rule_id, posted.allocation_rule_id) as allocation_rule_id,
        truth.allocation_method,
        truth.allocated_ratio,
        truth.stated_reason,
        truth.stated_evidence,
        truth.price_card_version,
        posted.price_card_version as posted_price_card_version,
        posted.charge_key is not null as was_posted,
        coalesce(truth.amount_usd, 0) as now_usd,
        coalesce(posted.amount_usd, 0) as posted_usd,
        coalesce(posted.accrued_usd, 0) as posted_accrued_usd,
        coalesce(posted.attempt_count, 0) as posted_attempts,
        coalesce(truth.amount_usd, 0) - coalesce(posted.amount_usd, 0) as difference_usd,
        coalesce(truth.attempt_count, 0) - coalesce(posted.attempt_count, 0) as difference_attempts,
        coalesce(truth.unpriced_count, 0) - coalesce(posted.unpriced_count, 0) as difference_unpriced,
        coalesce(truth.accrued_usd, 0) - coalesce(posted.accrued_usd, 0) as accrual_difference_usd,
        coalesce(truth.accrued_attempt_count, 0) - coalesce(posted.accrued_attempt_count, 0)
            as accrual_difference_attempts,
        {{ is_accrual_taken_back() }} as is_accrual_taken_back,
        coalesce(truth.late_usd, 0) as late_usd,
        coalesce(truth.late_attempt_count, 0) as late_attempts,
        coalesce(truth.late_unpriced_count, 0) as late_unpriced
    from truth
    full outer join posted
        on truth.charge_key = posted.charge_key

),

marked as (

    select
        *,
        difference_usd != 0
        or difference_attempts != 0
        or difference_unpriced != 0
        or is_accrual_taken_back as is_different
    from compared

),

in_context as (

    select
        *,
        max(case when is_different then 1 else 0 end) over (
            partition by usage_period, {{ cost_of_charge('charge_type') }}, source_ref
        ) = 1 as is_source_different
    from marked

)

select * from in_context
where is_source_different
