-- The tagging policy with one row per environment and span of days, a column for every field: what
-- the environment itself asks for, else what * does.
with policy as (

    select
        policy_version,
        environment,
        field,
        enforcement,
        {{ validity_dates() }}
    from {{ ref('tagging_policy') }}

),

environments as (

    select distinct environment from policy

),

rules as (

    select
        environments.environment,
        policy.policy_version,
        policy.field,
        policy.enforcement,
        policy.environment = environments.environment as is_own,
        policy.valid_from,
        policy.valid_to
    from environments
    inner join policy
        on policy.environment in (environments.environment, '*')

),

instants as (

    select environment, valid_from as changes_on from rules
    union
    select environment, valid_to as changes_on from rules

),

spans as (

    select
        environment,
        changes_on as valid_from,
        lead(changes_on) over (partition by environment order by changes_on) as valid_to
    from instants

),

ranked as (

    select
        spans.environment,
        spans.valid_from,
        spans.valid_to,
        rules.policy_version,
        rules.field,
        rules.enforcement,
        row_number() over (
            partition by spans.environment, spans.valid_from, rules.field
            order by case when rules.is_own then 0 else 1 end, rules.valid_from desc
        ) as rule_rank
    from spans
    inner join rules
        on
            spans.environment = rules.environment
            and spans.valid_from >= rules.valid_from
            and spans.valid_from < rules.valid_to
    where spans.valid_to is not null

)

select
    environment,
    valid_from,
    valid_to,
    {% for field in tagging_policy_fields() %}
    max(case when field = '{{ field }}' then enforcement end) as {{ field }}_rule,
    {% endfor %}
    max(policy_version) as policy_version
from ranked
where rule_rank = 1
group by 1, 2, 3
