"""How the last builds ended, for those who take figures out of the warehouse."""

from __future__ import annotations

# The last whole build, and whatever ran since: none of it may have failed or been killed.
LAST_BUILDS = """
    with runs as (
        select
            invocation_id,
            min(happened_at) as started_at,
            bool_or(is_whole) as is_whole,
            coalesce(max(case when event = 'finished' then status end), 'did not end') as status
        from {schema}.build_events group by 1
    )
    select invocation_id, started_at, status
    from runs
    where started_at >= (select max(started_at) from runs where is_whole)
    order by started_at, invocation_id
"""
