-- Every seeded rule that can change how a day's requests are priced or owned, with the days it holds on
-- and a number that stands for its text. When it holds is not part of the text: a price that ends next
-- week is still the same price today.
with rules as (

    select
        {{ row_text(['provider', 'model', 'service_tier', 'region_scope', 'context_start_tokens',
            'context_end_tokens', 'price_card_version', 'price_valid_from'] + meter_rate_columns()) }} as rule_text,
        {{ first_and_last_day() }}
    from {{ ref('int_rate_windows') }}

    union all

    -- a price that changes in the middle of a day: the instant counts on that day
    select
        {{ row_text(['provider', 'model', 'valid_from']) }} as rule_text,
        cast(valid_from as date) as first_date,
        cast(valid_from as date) as last_date
    from {{ ref('int_rate_windows') }}
    where valid_from != cast(cast(valid_from as date) as timestamp)

    union all

    select
        {{ row_text(['named_under', 'provider', 'model_name', 'model']) }} as rule_text,
        {{ first_and_last_day() }}
    from {{ ref('int_model_names') }}

    union all

    select
        {{ row_text(['named_under', 'model_name', 'valid_from']) }} as rule_text,
        cast(valid_from as date) as first_date,
        cast(valid_from as date) as last_date
    from {{ ref('int_model_names') }}
    where valid_from != cast(cast(valid_from as date) as timestamp)

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
