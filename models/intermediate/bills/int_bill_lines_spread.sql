-- A charge of a FOCUS file for several days is a line for each of them, in equal parts; what does not divide goes to
-- the last. Use alone is spread: a fee or a purchase counts on its first day. A month that is still open has days
-- that the file cannot speak of yet.
with costs as (

    select * from {{ ref('stg_focus__costs') }}

),

files as (

    select * from {{ ref('stg_loader__files') }}

),

fifty as (

    {{ tag_numbers() }}

),

-- periods of up to a year
numbers as (

    select (fifties.tag_number - 1) * 50 + ones.tag_number - 1 as line_part
    from fifty as ones
    cross join fifty as fifties
    where fifties.tag_number <= 8

),

limited as (

    select
        costs.*,
        case
            when costs.charge_type != 'usage' or costs.last_usage_date is null then costs.usage_date
            when cast(files.pulled_at as date) between costs.usage_date and costs.last_usage_date
                then cast(files.pulled_at as date)
            else costs.last_usage_date
        end as last_date
    from costs
    left join files
        on costs.batch_id = files.batch_id

),

counted as (

    select
        *,
        greatest(
            {{ dbt.datediff('usage_date', 'last_date', 'day') }}
            + 1, 1
        ) as day_count
    from limited

)

select
    counted.bill_source,
    counted.provider_name,
    counted.service,
    counted.stated_account_id,
    counted.replaced_scope,
    cast({{ dbt.dateadd('day', 'numbers.line_part', 'counted.usage_date') }} as date) as usage_date,
    counted.billing_period_start_date,
    counted.invoice_id,
    counted.charge_type,
    {#- quantities are read with nine decimals later #}
    {%- for column, part_type in [
        ('amount', money_type()), ('invoiced_amount', money_type()), ('list_amount', money_type()),
        ('billed_quantity', 'decimal(24, 9)'),
    ] %}
    {%- set part = 'cast(' ~ prorate('counted.' ~ column, '1', 'counted.day_count') ~ ' as ' ~ part_type ~ ')' %}
    cast(
        case
            when counted.day_count = 1 then counted.{{ column }}
            when numbers.line_part < counted.day_count - 1 then {{ part }}
            else counted.{{ column }} - {{ part }} * cast(counted.day_count - 1 as decimal(3, 0))
        end as {{ money_type() }}
    ) as {{ column }},
    {%- endfor %}
    counted.currency,
    counted.billed_unit,
    counted.stated_model,
    counted.stated_class,
    counted.meter_text,
    counted.sku_meter,
    counted.charge_text,
    counted.service_tier,
    counted.sub_account_id,
    counted.credential_id,
    case
        when counted.day_count > 1
            then 'one of ' || counted.day_count || ' days: '
                || coalesce(counted.description, counted.sku_meter, 'charge')
        else counted.description
    end as description,
    cast(counted.day_count as integer) as charge_day_count,
    counted.batch_id,
    counted.source_file,
    counted.line_number,
    counted.record_number,
    numbers.line_part
from counted
inner join numbers
    on counted.day_count > numbers.line_part
