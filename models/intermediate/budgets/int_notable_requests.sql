-- The costliest and the largest attempts of each day and team: what a change or an alert leads back to.
{{ incremental_by_day() }}

with attempts as (

    select
        usage_date,
        coalesce(team_id, 'unattributed') as team_id,
        coalesce(cost_center_id, 'none') as cost_center_id,
        request_key,
        coalesce(service_name, 'none') as service_name,
        coalesce(feature, 'none') as feature,
        coalesce(provider, 'none') as provider,
        {{ named_model() }} as billed_model,
        cast(
            {% for meter in meters() if meter.is_token -%}
            {{ meter.quantity }}{{ ' + ' if not loop.last }}
            {%- endfor %} as bigint
        ) as total_tokens,
        cost_usd
    from {{ ref('int_accepted_attempts') }}
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
where cost_rank <= 10 or size_rank <= 50
