-- Every seeded rule that can change how a day's requests are priced or owned, with the days it holds on
-- and a number that stands for its text. When it holds is not part of the text: a price that ends next
-- week is still the same price today.
with rules as (

    {% for model, rule in price_rules().items() %}
    select
        {{ row_text(rule.columns) }} as rule_text,
        {{ first_and_last_day(rule.days_ahead) }}
    from {{ ref(model) }}

    -- what begins or ends in the middle of a day: the instant counts on that day
    {% for instant in ['valid_from', 'valid_to'] %}
    union all

    select
        {{ row_text(rule.columns + [instant]) }} as rule_text,
        {{ days_before('cast(' ~ instant ~ ' as date)', rule.days_ahead) }} as first_date,
        cast({{ instant }} as date) as last_date
    from {{ ref(model) }}
    where {{ instant }} != cast(cast({{ instant }} as date) as timestamp)

    {% endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
    union all

    -- the part of a window after midnight is closed the day after a holiday
    select
        {{ row_text(['calendar_id', 'holiday_date']) }} as rule_text,
        {{ days_before('holiday_date', 1) }} as first_date,
        {{ days_before('holiday_date', -1) }} as last_date
    from {{ ref('holiday_calendars') }}

    {% for model, columns in owner_rules().items() %}
    union all

    select
        {{ row_text(columns) }} as rule_text,
        valid_from as first_date,
        {{ days_before('valid_to', 1) }} as last_date
    from {{ ref(model) }}

    {% endfor %}
    {% for model, columns in timeless_rules().items() %}
    union all

    select
        {{ row_text(columns) }} as rule_text,
        {{ open_start() }} as first_date,
        {{ open_end() }} as last_date
    from {{ ref(model) }}

    {% endfor %}
)

-- thousands of rules share a few dozen spans of days
select
    first_date,
    last_date,
    cast(sum({{ hash_number('rule_text') }}) as decimal(38, 0)) as rules_number
from rules
group by 1, 2
