-- Each prompt version beside the one before it, by what its answers hold.
with days as (

    select * from {{ ref('int_prompt_days') }}

),

versions as (

    select
        team_id,
        service_name,
        feature,
        provider,
        billed_model,
        prompt_version,
        min(usage_date) as first_usage_date,
        max(usage_date) as last_usage_date,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(output_tokens) as bigint) as output_tokens,
        cast(sum(output_cost_usd) as {{ money_type() }}) as output_cost_usd
    from days
    group by 1, 2, 3, 4, 5, 6

),

{{ versions_beside_earlier(['output_tokens']) }}

select
    *,
    {{ ratio_of('output_tokens', 'attempt_count') }} as output_tokens_per_attempt,
    {{ ratio_of('previous_output_tokens', 'previous_attempt_count') }} as previous_output_tokens_per_attempt
from ordered
