with findings as (

    select
        *,
        md5({{ row_text(['finding', 'provider', 'billing_account_id', 'subject']) }}) as finding_key,
        {{ run_date() }} as today
    from {{ ref('int_bill_findings') }}

)

select
    findings.finding_key,
    findings.finding,
    findings.provider,
    findings.billing_account_id,
    findings.subject,
    findings.first_usage_date,
    findings.last_usage_date,
    cast(findings.item_count as bigint) as item_count,
    findings.amount_usd,
    kinds.owner,
    kinds.next_step,
    findings.found_date,
    findings.last_found_date,
    cast(
        {{ dbt.datediff('findings.found_date', 'findings.today', 'day') }}
        as bigint
    ) as age_days
from findings
inner join {{ ref('bill_finding_kinds') }} as kinds
    on findings.finding = kinds.finding
