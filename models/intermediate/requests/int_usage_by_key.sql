-- Counts that have no column of their own, read by the seed usage_keys. Few records have any, so this is kept apart
-- from the path that every request takes.
{{ incremental_by_day() }}

with records as (

    select
        source_system,
        usage_date,
        source_file,
        line_number,
        record_number,
        unread_usage,
        length(unread_usage) - length(replace(unread_usage, chr(10), '')) + 1 as key_count
    from (
        select * from {{ ref('int_requests_unioned') }}
        {{ where_days_changed('usage_at') }}
    ) as requests
    where unread_usage is not null

),

numbers as (

    {{ tag_numbers() }}

),

-- a line of key=count each
lines as (

    select
        records.*,
        split_part(records.unread_usage, chr(10), numbers.tag_number) as line
    from records
    inner join numbers
        on records.key_count >= numbers.tag_number

),

counts as (

    select
        lines.*,
        known_keys.meter,
        known_keys.place,
        cast(split_part(lines.line, '=', 2) as bigint) as quantity,
        known_keys.usage_key is null as is_unknown,
        row_number() over (
            partition by
                lines.usage_date, lines.source_file, lines.line_number, lines.record_number,
                known_keys.usage_key is null
            order by lines.line
        ) as key_rank
    from lines
    left join {{ ref('usage_keys') }} as known_keys
        on
            lines.source_system = known_keys.source_system
            and split_part(lines.line, '=', 1) = known_keys.usage_key

)

select
    usage_date,
    source_system,
    source_file,
    line_number,
    record_number,
    {% for meter in usage_key_meters() %}
    cast(sum(case when meter = '{{ meter }}' then quantity end) as bigint) as {{ meter }}_quantity,
    {% endfor %}
    {% for figure, meters in figures_of_usage_keys().items() %}
    cast(sum(case when place = 'beside' and meter in {{ meters }} then quantity end) as bigint)
        as {{ figure }}_quantity,
    {% endfor %}
    -- the first few are enough to be named
    {{ first_texts('line', 'is_unknown', 'key_rank', 5) }} as unknown_keys
from counts
group by 1, 2, 3, 4, 5
