-- The rows of the export, and a line of its own for each credit on them: an invoice shows credits apart.
with billing as (

    select
        costs.*,
        words.model_name,
        coalesce(words.token_class, lower(costs.sku_name)) as token_class,
        words.service_tier,
        words.region_scope,
        case when costs.credits is not null then {{ json_array_size('costs.credits') }} end as iteration_count
    from {{ ref('stg_gcp__billing') }} as costs
    left join {{ ref('int_bill_words') }} as words
        on {{ on_bill_text('costs', 'words', 'sku_name') }}

),

numbers as (

    {{ iteration_numbers() }}

),

credited as (

    select
        billing.*,
        numbers.iteration_number,
        {{ json_array_value('billing.credits', 'numbers.iteration_number', ['type']) }} as credit_type,
        {{ json_array_value('billing.credits', 'numbers.iteration_number', ['full_name']) }} as credit_name,
        {{ json_array_value('billing.credits', 'numbers.iteration_number', ['amount']) }} as credit_amount
    from billing
    inner join numbers
        on billing.iteration_count = numbers.iteration_count

)

{% set shared = bill_heading_columns() + ['last_usage_date', 'currency', 'model_name', 'sub_account_id']
    + bill_evidence_columns() | map(attribute=0) | list %}
select
    {{ shared | join(',\n    ') }},
    charge_type,
    token_class,
    service_tier,
    region_scope,
    amount,
    list_amount,
    billed_quantity,
    billed_unit,
    description,
    0 as line_part
from billing

union all

select
    {{ shared | join(',\n    ') }},
    coalesce(lower(credit_type), 'credit') as charge_type,
    cast(null as {{ dbt.type_string() }}) as token_class,
    cast(null as {{ dbt.type_string() }}) as service_tier,
    cast(null as {{ dbt.type_string() }}) as region_scope,
    -- the list is text to the loader, so that nobody has looked at its numbers yet
    case
        when regexp_replace(credit_amount, '^-?[0-9]{1,12}([.][0-9]{1,30})?([eE]-[0-9]{1,2})?$', '') = ''
            then {{ text_to_money('credit_amount') }}
    end as amount,
    cast(null as {{ money_type() }}) as list_amount,
    cast(null as {{ money_type() }}) as billed_quantity,
    cast(null as {{ dbt.type_string() }}) as billed_unit,
    credit_name as description,
    iteration_number as line_part
from credited
