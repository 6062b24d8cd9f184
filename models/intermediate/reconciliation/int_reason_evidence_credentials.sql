-- Usage on the bill by credentials that are no gateway's: it explains what the provider has more than we.
with lines as (

    select * from {{ ref('int_reconciliation_judged') }}
    where variance_usd < 0 and has_bill

),

strangers as (

    select
        {{ line_keys() | join(', ') }},
        credential_status,
        cast(sum(provider_cost_usd) as {{ money_type() }}) as stranger_usd,
        count(*) as credential_count,
        max(credential_id) as credential_id
    from {{ ref('int_bill_line_owners') }}
    where credential_status in ('unregistered', 'unjudged') and not is_reconciling_item
    group by {{ line_keys() | join(', ') }}, credential_status

)

select
    {% for key in line_keys() %}
    lines.{{ key }},
    {% endfor %}
    'leaked_credential' as reason_code,
    'credential ' || strangers.credential_id
    || case
        when strangers.credential_count > 1
            then ' and ' || cast(strangers.credential_count - 1 as {{ dbt.type_string() }}) || ' more'
        else ''
    end
    || ', not registered, is billed ' || {{ usd_text('strangers.stranger_usd') }} || ' USD' as reason_evidence
from lines
inner join strangers
    on {{ same_line('lines', 'strangers') }}
where
    -- where no credential of the account is registered, only the exact amount tells one from the others
    {{ explains_variance('-strangers.stranger_usd') }}
    or (
        strangers.credential_status = 'unregistered'
        and strangers.stranger_usd > 0 and strangers.stranger_usd <= -lines.variance_usd
    )
