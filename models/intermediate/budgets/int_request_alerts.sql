-- Every attempt of more tokens than a rule allows. The largest of a day and team are kept ready; where the last of
-- those is above a ceiling too, there may be more of them, and the attempts of that day and team are all looked at.
with rules as (

    select * from {{ ref('int_spend_alert_rules') }}
    where rule_kind = 'request_tokens'

),

notable as (

    select * from {{ ref('int_notable_requests') }}

),

crowded as (

    select distinct
        notable.usage_date,
        notable.team_id
    from notable
    inner join rules
        on {{ ceiling_is_reached('notable') }}
    where notable.size_rank = {{ largest_kept() }}

),

{% set columns = [
    'usage_date', 'team_id', 'service_name', 'feature', 'provider', 'billed_model', 'request_key', 'total_tokens',
    'cost_usd',
] %}
attempts as (

    select
        notable.{{ columns | join(',\n        notable.') }}
    from notable
    left join crowded
        on notable.usage_date = crowded.usage_date and notable.team_id = crowded.team_id
    where crowded.team_id is null

    union all

    select
        sizes.{{ columns | join(',\n        sizes.') }}
    from {{ ref('int_attempt_sizes') }} as sizes
    inner join crowded
        on sizes.usage_date = crowded.usage_date and sizes.team_id = crowded.team_id

)

select
    rules.rule_id,
    rules.rule_kind,
    rules.severity,
    rules.threshold,
    attempts.*
from attempts
inner join rules
    on {{ ceiling_is_reached('attempts') }}
where coalesce(attempts.cost_usd, 0) >= rules.minimum_usd
