-- Each difference in parts that have one reason: the causes in their order, each as what it changes after those before
-- it, and the accrual that is reversed (a pair that nets to zero). The reason is read from evidence, never typed in.
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
        coalesce(usage.re_rated_usd, posted_usd) as re_rated_usd,
        coalesce(usage.re_attributed_usd, posted_usd) as re_attributed_usd,
        case when charge_type = 'usage' then now_usd else posted_usd end as counted_usd,
        case when charge_type = 'usage' then now_usd else coalesce(shared.re_allocated_usd, posted_usd) end
            as re_allocated_usd,
        case when charge_type = 'usage' then now_usd else coalesce(shared.trued_up_usd, posted_usd) end as trued_up_usd,
        -- attempts and those without a price, as far as the causes so far explain more or less of them
        {% for count in ['attempts', 'unpriced'] -%}
        0 as posted_new_{{ count }},
        coalesce(usage.re_rated_{{ count }}, 0) as re_rated_new_{{ count }},
        coalesce(usage.re_attributed_{{ count }}, 0) as re_attributed_new_{{ count }},
        {% for step in steps[3:] -%}
        difference_{{ count }} as {{ step.after }}_new_{{ count }}{{ ',' if not loop.last }}
        {% endfor -%}
        {{ ',' if not loop.last }}
        {% endfor %}
    from differences
    left join {{ ref('int_usage_steps') }} as usage
        on differences.charge_key = usage.charge_key
    left join {{ ref('int_shared_steps') }} as shared
        on differences.charge_key = shared.charge_key

),

causes as (
    {% for step in steps[1:] %}
    {%- set before = steps[loop.index0].after %}
    select
        *,
        '{{ step.cause }}' as cause,
        cast({{ step.after }}_usd - {{ before }}_usd as {{ money_type() }}) as part_usd,
        {{ step.after }}_new_attempts - {{ before }}_new_attempts as part_attempts,
        {{ step.after }}_new_unpriced - {{ before }}_new_unpriced as part_unpriced
    from chained
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
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
        ('accrual', 'accrual_reversal', '', 'the bill is final, or what was accrued has changed'),
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
    where accrual_difference_usd != 0 or accrual_difference_attempts != 0
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
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
