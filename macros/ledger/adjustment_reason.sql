{# Why a charge of a closed month is another one today, from evidence alone
   (docs/decisions/0022-ledger.md). Columns of int_ledger_adjustments. #}
{% macro adjustment_reason() -%}
    case
        when charge_type = 'manual' then coalesce(stated_reason, 'correction')
        -- first: the shares of an estimate move as well when others use more, and no invoice has come
        when charge_type != 'usage' and is_source_posted and source_difference_usd = 0 then 're_allocation'
        when charge_type != 'usage' and accrual_difference_usd != 0 then 'invoice_true_up'
        when charge_type != 'usage' and not is_source_posted and charge_type = 'credit' then 'credit_memo'
        when charge_type != 'usage' and not is_source_posted then 'late_invoice'
        when charge_type != 'usage' then 'restatement'
        when rest_attempts != 0 and period_late_attempts != period_new_attempts and period_new_attempts > 0
            then 'late_arrival'
        when rest_attempts != 0 and period_late_attempts != period_new_attempts and period_new_attempts < 0
            then 'withdrawal'
        when rest_attempts = 0 or owner_rest_attempts = 0 then 're_rate'
        when usage_rest_usd = 0 then 're_attribution'
        else 're_attribution_and_re_rate'
    end
{%- endmacro %}

{# The evidence in words. #}
{% macro adjustment_evidence() -%}
    {%- set attempts = 'cast(rest_attempts as ' ~ dbt.type_string() ~ ')' -%}
    case
        when charge_type = 'manual' then coalesce(stated_evidence, 'the adjustment is no longer in the seed')
        when charge_type != 'usage' and is_source_posted and source_difference_usd = 0
            then 'same pool, other drivers or rule'
        when charge_type != 'usage' and accrual_difference_usd != 0 then 'the invoice differs from the estimate'
        when charge_type != 'usage' and not is_source_posted then 'recorded after the close'
        when charge_type != 'usage' then 'the cost was recorded again after the close'
        when rest_attempts != 0 then {{ attempts }} || ' attempts more or less than posted'
        when coalesce(price_card_version, '') != coalesce(posted_price_card_version, '')
            then 'price card ' || coalesce(posted_price_card_version, 'none') || ' -> ' || coalesce(price_card_version, 'none')
        else 'same attempts, price card ' || coalesce(price_card_version, 'none') || ', another rate or model'
    end
{%- endmacro %}
