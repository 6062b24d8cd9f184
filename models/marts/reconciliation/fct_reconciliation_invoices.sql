with sides as (

    select * from {{ ref('int_invoice_sides') }}

),

footing as (

    select * from {{ ref('int_invoice_footing') }}

),

compared as (

    select
        sides.*,
        cast(sides.provider_usage_usd - sides.provider_invoiceable_usd as {{ money_type() }}) as prepaid_drawdown_usd,
        case
            when sides.has_provider and sides.is_main and not sides.is_credit_memo
                then coalesce(sides.gateway_usd, 0) + sides.reconciling_item_usage_usd - sides.provider_usage_usd
        end as gateway_provider_usd,
        case
            when sides.has_provider and sides.has_invoice and not sides.is_credit_memo
                then sides.provider_invoiceable_usd - sides.invoiced_usage_usd - sides.credit_memo_usage_usd
        end as provider_invoice_usd
    from sides

)

select
    compared.provider,
    compared.billing_account_id,
    compared.billing_period_start_date,
    compared.invoice_id,
    compared.invoice_date,
    compared.is_credit_memo,
    compared.reference_invoice_id,
    compared.gateway_usd,
    compared.provider_usage_usd,
    compared.reconciling_item_usage_usd,
    compared.prepaid_drawdown_usd,
    compared.provider_other_usd,
    compared.invoiced_usage_usd,
    {% for category in charge_categories() %}
    compared.invoiced_{{ category }}_usd,
    {% endfor %}
    compared.invoiced_usd,
    cast(compared.credit_memo_usd as {{ money_type() }}) as credit_memo_usd,
    cast(compared.gateway_provider_usd as {{ money_type() }}) as gateway_provider_variance_usd,
    cast(compared.provider_invoice_usd as {{ money_type() }}) as provider_invoice_variance_usd,
    cast(compared.gateway_provider_usd + compared.provider_invoice_usd as {{ money_type() }})
        as gateway_invoice_variance_usd,
    {{ focus_tolerance_usd('compared.provider_line_count') }} as tolerance_usd,
    {{ is_within_focus_tolerance('compared.provider_invoice_usd', 'compared.provider_line_count') }}
        as is_within_tolerance,
    footing.currency,
    footing.stated_total,
    footing.line_total,
    coalesce(footing.footing_status, 'not_invoiced') as footing_status,
    case
        when compared.is_orphan_memo then 'orphan_credit_memo'
        when compared.is_credit_memo then 'credit_memo'
        when not compared.has_invoice then 'not_invoiced'
        when compared.unconverted_line_count > 0 then 'no_fx_rate'
        when footing.footing_status in ('does_not_foot', 'misrounded_lines', 'mixed_currencies') then 'does_not_foot'
        when not compared.has_provider then 'no_provider_report'
        when compared.provider_invoice_usd = 0 then 'matched'
        when {{ is_within_focus_tolerance('compared.provider_invoice_usd', 'compared.provider_line_count') }}
            then 'within_tolerance'
        else 'breach'
    end as status,
    compared.provider_line_count,
    compared.unpriced_count
from compared
left join footing
    on
        compared.provider = footing.provider
        and compared.billing_account_id = footing.billing_account_id
        and compared.invoice_id = footing.invoice_id
