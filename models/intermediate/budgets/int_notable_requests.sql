-- The costliest and the largest attempts of each day and team: what a change or an alert leads back to.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_attempt_sizes') }}
    {{ where_days_changed() }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by usage_date, team_id order by cost_usd desc nulls last, request_key asc
        ) as cost_rank,
        row_number() over (
            partition by usage_date, team_id order by total_tokens desc nulls last, request_key asc
        ) as size_rank
    from attempts

)

select * from ranked
where cost_rank <= 10 or size_rank <= {{ largest_kept() }}
