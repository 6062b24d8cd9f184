-- The work list: what a person has to decide on, and what was decided.
with breaches as (

    select * from {{ ref('fct_reconciliation_daily') }}
    where status = 'breach'

),

teams as (

    select
        *,
        row_number() over (
            partition by {{ line_keys() | join(', ') }}
            order by abs(gateway_cost_usd - provider_cost_usd) desc, team_id asc
        ) as team_rank
    from {{ ref('int_reconciliation_teams') }}

),

leads as (

    select * from {{ ref('int_team_windows') }}

),

reasons as (

    select * from {{ ref('reconciliation_reasons') }}

),

owned as (

    select
        breaches.*,
        coalesce(teams.team_id, 'unattributed') as owner_team_id,
        {{ run_date() }} as today
    from breaches
    left join teams
        on
            {{ same_line('breaches', 'teams') }}
            and teams.team_rank = 1

)

select
    md5({{ row_text(line_keys()) }}) as exception_key,
    {% for key in line_keys() %}
    owned.{{ key }},
    {% endfor %}
    owned.decision_state,
    owned.variance_usd,
    abs(owned.variance_usd) as gross_variance_usd,
    owned.tolerance_usd,
    owned.gateway_quantity,
    owned.provider_quantity,
    owned.gateway_cost_usd,
    owned.provider_cost_usd,
    owned.reason_code,
    owned.reason_evidence,
    reasons.next_step,
    owned.owner_team_id,
    leads.team_lead as owner_name,
    owned.settles_on as open_since_date,
    cast(
        {{ dbt.datediff('owned.settles_on', 'owned.today', 'day') }}
        as bigint
    ) as age_days,
    owned.review_decision,
    owned.review_reason,
    owned.reviewed_variance_usd,
    owned.prepared_by,
    owned.reviewed_by,
    owned.reviewed_at,
    owned.review_note
from owned
left join reasons
    on owned.reason_code = reasons.reason_code
left join leads
    on
        owned.owner_team_id = leads.team_id
        and owned.usage_date >= leads.valid_from and owned.usage_date < leads.valid_to
