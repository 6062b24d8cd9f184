-- Each difference in parts that have one reason: the causes in their order, each as what it changes after those before
-- it, and where a bill has come the accrual that is reversed (a pair that nets to zero). The reason is read from
-- evidence, never typed in.
{% set counted_usd %}
case when usage.charge_key is null then differences.posted_usd else differences.now_usd end
{%- endset %}
{% set steps = [{'after': 'posted'}] + adjustment_causes() %}
with differences as (

    select * from {{ ref('int_charge_differences') }}

),

chained as (

    select
        differences.*,
        usage.is_late_known,
        usage.period_new_attempts,
        coalesce(shared.is_pool_of_requests, false) as is_pool_of_requests,
        coalesce(shared.is_source_posted, true) as is_source_posted,
        coalesce(usage.re_rated_usd, differences.posted_usd) as re_rated_usd,
        coalesce(usage.re_attributed_usd, differences.posted_usd) as re_attributed_usd,
        {{ counted_usd }} as counted_usd,
        coalesce(shared.re_allocated_usd, {{ counted_usd }}) as re_allocated_usd,
        coalesce(shared.trued_up_usd, {{ counted_usd }}) as trued_up_usd,
        -- of attempts, and of those without a price: how many more there are
        0 as posted_attempts_more,
        coalesce(usage.re_rated_attempts, 0) as re_rated_attempts_more,
        coalesce(usage.re_attributed_attempts, 0) as re_attributed_attempts_more,
        differences.difference_attempts as counted_attempts_more,
        0 as posted_unpriced_more,
        coalesce(usage.re_rated_unpriced, 0) as re_rated_unpriced_more,
        coalesce(usage.re_attributed_unpriced, 0) as re_attributed_unpriced_more,
        differences.difference_unpriced as counted_unpriced_more
    from differences
    left join {{ ref('int_usage_steps') }} as usage
        on differences.charge_key = usage.charge_key
    left join {{ ref('int_shared_steps') }} as shared
        on differences.charge_key = shared.charge_key

),

causes as (

    {% for step in steps[1:] %}
    {% set before = steps[loop.index0].after %}
    select
        *,
        '{{ step.cause }}' as cause,
        cast({{ step.after }}_usd - {{ before }}_usd as {{ money_type() }}) as part_usd,
        {% if step.counts_attempts %}
        {{ step.after }}_attempts_more - {{ before }}_attempts_more as part_attempts,
        {{ step.after }}_unpriced_more - {{ before }}_unpriced_more as part_unpriced
        {% else %}
        0 as part_attempts,
        0 as part_unpriced
        {% endif %}
    from chained
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

parts as (

    select
        *,
        'adjustment' as entry_type,
        {{ adjustment_reason() }} as reason,
        {{ adjustment_evidence() }} as evidence
    from causes
    where part_usd != 0 or part_attempts != 0 or part_unpriced != 0

),

-- one entry takes back what was accrued, the other puts the final amount in its place
accruals as (

    {% for entry_type, reason, sign, evidence in [
        ('accrual', 'accrual_reversal', '', 'the bill is final'),
        ('adjustment', 'invoice_received', '-', 'takes the place of the accrual'),
    ] %}
    select
        *,
        '{{ entry_type }}' as entry_type,
        '{{ reason }}' as reason,
        cast({{ sign }}accrual_difference_usd as {{ money_type() }}) as part_usd,
        {{ sign }}accrual_difference_attempts as part_attempts,
        0 as part_unpriced,
        '{{ evidence }}' as evidence
    from differences
    where is_accrual_taken_back and (accrual_difference_usd != 0 or accrual_difference_attempts != 0)
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

{% set columns = ['charge_key'] + charge_columns() + [
    'pool_id', 'allocation_rule_id', 'allocation_method', 'allocated_ratio', 'price_card_version', 'entry_type',
    'reason', 'part_usd', 'part_attempts', 'part_unpriced', 'evidence',
] %}
select {{ columns | join(', ') }}
from parts
union all
select {{ columns | join(', ') }}
from accruals
