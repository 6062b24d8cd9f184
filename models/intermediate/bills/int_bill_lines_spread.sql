-- A charge for several days is a line for each of them, in equal parts; what does not divide goes to the last. Use
-- alone is spread: a fee or a purchase counts on its first day. A month that is still open has days that the file
-- cannot speak of yet.
{#- quantities are read with nine decimals later #}
{% set divided = {
    'amount': money_type(), 'invoiced_amount': money_type(), 'list_amount': money_type(),
    'billed_quantity': 'decimal(24, 9)',
} %}
{% set changed = divided.keys() | list + ['usage_date', 'last_usage_date', 'description', 'line_part'] %}
with lines as (

    select * from {{ ref('int_bill_lines_placed') }}

),

uses as (

    select charge_type from {{ ref('bill_line_categories') }}
    where line_category = 'usage'

),

fifty as (

    {{ tag_numbers() }}

),

-- periods of up to a year
numbers as (

    select (fifties.tag_number - 1) * 50 + ones.tag_number as day_number
    from fifty as ones
    cross join fifty as fifties
    where fifties.tag_number <= 8

),

-- in pairs, so that engines can join them by equality
days as (

    select
        counts.day_number as day_count,
        numbers.day_number
    from numbers as counts
    inner join numbers
        on counts.day_number >= numbers.day_number

),

limited as (

    select
        lines.*,
        case
            when uses.charge_type is null or lines.last_usage_date is null then lines.usage_date
            when cast(lines.pulled_at as date) between lines.usage_date and lines.last_usage_date
                then cast(lines.pulled_at as date)
            else lines.last_usage_date
        end as last_date
    from lines
    left join uses
        on lines.charge_type = uses.charge_type

),

counted as (

    select
        *,
        -- a line without a day is one line
        coalesce(
            greatest(
                {{ dbt.datediff('usage_date', 'last_date', 'day') }}
                + 1, 1
            ), 1
        ) as day_count
    from limited

)

select
    counted.provider,
    counted.billed_by,
    counted.billing_account_id,
    counted.pulled_at,
    cast({{ dbt.dateadd('day', 'days.day_number - 1', 'counted.usage_date') }} as date) as usage_date,
    {%- for column, _ in bill_line_columns() if column not in changed %}
    counted.{{ column }},
    {%- endfor %}
    {%- for column, part_type in divided.items() %}
    {%- set part = 'cast(' ~ prorate('counted.' ~ column, '1', 'counted.day_count') ~ ' as ' ~ part_type ~ ')' %}
    cast(
        case
            when counted.day_count = 1 then counted.{{ column }}
            when days.day_number < counted.day_count then {{ part }}
            else counted.{{ column }} - {{ part }} * cast(counted.day_count - 1 as decimal(3, 0))
        end as {{ money_type() }}
    ) as {{ column }},
    {%- endfor %}
    case
        when counted.day_count > 1
            then 'one of ' || counted.day_count || ' days: '
                || coalesce(counted.description, counted.token_class, 'charge')
        else counted.description
    end as description,
    cast(counted.day_count as integer) as charge_day_count,
    cast(days.day_number as integer) as charge_day_number,
    -- credits of one row have numbers of their own, far below a thousand
    cast(coalesce(counted.line_part, 0) + 1000 * (days.day_number - 1) as integer) as line_part
from counted
inner join days
    on counted.day_count = days.day_count
