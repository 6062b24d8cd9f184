-- Each decision on money with what its names are worth: two people, both in the seed approvers on that day, where it
-- has rows, and within their limits.
{% set within %}
people.limit_usd is null or decisions.amount_usd is null or abs(decisions.amount_usd) <= people.limit_usd
{%- endset %}
with decisions as (

    select
        *,
        md5({{ row_text(['approval_kind', 'subject', 'decided_at']) }}) as decision_key,
        {{ folded_name('prepared_by') }} as preparer,
        {{ folded_name('approved_by') }} as approver
    from {{ ref('int_signed_decisions') }}

),

people as (

    select
        role,
        limit_usd,
        {{ folded_name('person') }} as person,
        {{ validity_dates() }}
    from {{ ref('approvers') }}

),

listed as (

    select count(*) as person_count
    from people

),

standing as (

    select
        decisions.decision_key,
        count(distinct people.role) as known_roles,
        count(distinct case when {{ within }} then people.role end) as roles_within
    from decisions
    inner join people
        on
            people.person = case people.role when 'preparer' then decisions.preparer else decisions.approver end
            and cast(decisions.decided_at as date) >= people.valid_from
            and cast(decisions.decided_at as date) < people.valid_to
    group by 1

)

select
    decisions.approval_kind,
    decisions.subject,
    decisions.usage_period,
    decisions.until_period,
    decisions.decision,
    decisions.amount_usd,
    decisions.prepared_by,
    decisions.approved_by,
    case
        when {{ is_one_person('decisions.prepared_by', 'decisions.approved_by') }} then false else true
    end as is_by_two,
    decisions.decided_at,
    decisions.is_in_force,
    case
        when decisions.preparer = '' or decisions.approver = '' or decisions.decided_at is null then 'not_approved'
        when decisions.preparer = decisions.approver then 'by_one_person'
        when listed.person_count > 0 and coalesce(standing.known_roles, 0) < 2 then 'unknown_person'
        when listed.person_count > 0 and standing.roles_within < 2 then 'over_limit'
        else 'approved'
    end as approval_state,
    decisions.figures_hash,
    months.signed_by,
    months.last_signed_at,
    months.signed_hash
from decisions
cross join listed
left join standing
    on decisions.decision_key = standing.decision_key
left join {{ ref('int_signed_months') }} as months
    on decisions.approval_kind = 'close' and decisions.usage_period = months.period_start
