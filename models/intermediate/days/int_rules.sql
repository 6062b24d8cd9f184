-- Every seeded rule that can change how a day's requests are priced or owned, with the days it holds on. When it
-- holds is not part of its text: a price that ends next week is still the same price today.
{% for model, rule in price_rules().items() %}
select
    {{ rule_name_columns(model) }}
    {{ row_text(rule.columns) }} as rule_text,
    {{ first_and_last_day(rule.days_ahead) }}
from {{ ref(model) }}

-- what begins or ends in the middle of a day: the instant counts on that day
{% for instant in ['valid_from', 'valid_to'] %}
union all

select
    {{ rule_name_columns(model) }}
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
    {{ rule_name_columns('holiday_calendars') }}
    {{ row_text(['calendar_id', 'holiday_date']) }} as rule_text,
    {{ days_before('holiday_date', 1) }} as first_date,
    {{ days_before('holiday_date', -1) }} as last_date
from {{ ref('holiday_calendars') }}

{% for model, columns in owner_rules().items() %}
union all

select
    {{ rule_name_columns(model) }}
    {{ row_text(columns) }} as rule_text,
    valid_from as first_date,
    {{ days_before('valid_to', 1) }} as last_date
from {{ ref(model) }}

{% endfor %}
{% for model, columns in timeless_rules().items() %}
union all

select
    {{ rule_name_columns(model) }}
    {{ row_text(columns) }} as rule_text,
    {{ open_start() }} as first_date,
    {{ open_end() }} as last_date
from {{ ref(model) }}

{% endfor %}
