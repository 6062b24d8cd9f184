{# The causes of an adjustment in the order in which they are taken: each is what it changes after those before it, so
   that together they are the whole difference, to the last digit (docs/decisions/0046-reasons-one-after-the-other.md).
   `after` is the prefix of the columns that say what a charge is once the cause was taken. The last is left over:
   of shared costs a restatement, of manual adjustments what their seed says. Attempts come, go and move in the first
   three only. #}
{% macro adjustment_causes() -%}
    {{ return([
        {'cause': 're_rate', 'after': 're_rated', 'counts_attempts': true},
        {'cause': 're_attribution', 'after': 're_attributed', 'counts_attempts': true},
        {'cause': 'late_arrival', 'after': 'counted', 'counts_attempts': true},
        {'cause': 're_allocation', 'after': 're_allocated'},
        {'cause': 'invoice_true_up', 'after': 'trued_up'},
        {'cause': 'restatement', 'after': 'now'},
    ]) }}
{%- endmacro %}

{# The reason that is posted. It says more than the cause where the evidence does. Columns of int_ledger_adjustments. #}
{% macro adjustment_reason() -%}
    case
        when charge_type = 'manual' then coalesce(stated_reason, 'correction')
        when cause = 'late_arrival' and not is_late_known and period_new_attempts < 0 then 'withdrawal'
        when cause = 'restatement' and not is_source_posted and charge_type = 'credit' then 'credit_memo'
        when cause = 'restatement' and not is_source_posted then 'late_invoice'
        else cause
    end
{%- endmacro %}

{# The evidence in words. #}
{% macro adjustment_evidence() -%}
    {%- set attempts = 'cast(part_attempts as ' ~ dbt.type_string() ~ ')' -%}
    case
        when charge_type = 'manual' then coalesce(stated_evidence, 'the adjustment is no longer in the seed')
        when cause = 're_rate' and source_ref like 'volume tiers of %'
            then 'the use of the month is another now, and so is what its ' || source_ref || ' change'
        when cause = 're_rate' and coalesce(price_card_version, '') != coalesce(posted_price_card_version, '')
            then 'price card ' || coalesce(posted_price_card_version, 'none') || ' -> ' || coalesce(price_card_version, 'none')
        when cause = 're_rate'
            then 'same attempts, price card ' || coalesce(price_card_version, 'none') || ', another rate or model'
        when cause = 're_attribution' then {{ attempts }} || ' attempts that have another owner now'
        when cause = 'late_arrival' and is_late_known then {{ attempts }} || ' attempts loaded after the close'
        when cause = 'late_arrival' then {{ attempts }} || ' attempts more or less than posted'
        when cause = 're_allocation' and is_pool_of_requests then 'the pool moves on another amount, or by other drivers'
        when cause = 're_allocation' then 'what was posted of the cost, by the rule and drivers of today'
        when cause = 'invoice_true_up' then 'the invoice differs from the estimate'
        when not is_source_posted then 'recorded after the close'
        else 'the cost was recorded again after the close'
    end
{%- endmacro %}
