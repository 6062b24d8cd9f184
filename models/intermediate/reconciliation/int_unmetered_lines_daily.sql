-- Attempts that may be on the bill although no usage of theirs is known, and what they could have cost: as
-- much as the mean attempt of the same day, account and model, meter by meter. Null where there is none.
{{ config(materialized='table') }}

with models as (

    select
        usage_date,
        provider,
        billing_account_id,
        billed_model,
        cast(
            sum(
                case
                    when is_quarantined then 0
                    when attempt_outcome in {{ unmetered_outcomes() }} then attempt_count else 0
                end
            ) as bigint
        ) as unmetered_count,
        cast(
            sum(
                case
                    when is_quarantined then 0
                    when attempt_outcome in ('succeeded', 'failed', 'repeated_answer') then attempt_count else 0
                end
            ) as bigint
        ) as metered_count
    from {{ ref('int_metered_usage_daily') }}
    group by 1, 2, 3, 4

),

lines as (

    select * from {{ ref('int_reconciliation_judged') }}
    where not is_reconciling_item

)

select
    {% for key in line_keys() %}
    lines.{{ key }},
    {% endfor %}
    models.unmetered_count,
    {{ prorate('lines.gateway_cost_usd', 'models.unmetered_count', 'models.metered_count') }} as unmetered_estimate_usd
from lines
inner join models
    on {{ same_line('lines', 'models', ['usage_date', 'provider', 'billing_account_id', 'billed_model']) }}
where models.unmetered_count > 0
