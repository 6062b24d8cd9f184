-- What no seed lists, by name and money: each is a row to add to a seed, or to leave out knowingly.
with lines as (

    select * from {{ ref('int_bill_issue_lines') }}

),

likely_models as (

    select * from {{ ref('int_bill_likely_models') }}

),

summed as (

    select
        issue,
        seed,
        bill_source,
        coalesce(provider, 'none') as provider,
        term,
        coalesce(currency, 'none') as currency,
        cast(sum(amount) as {{ money_type() }}) as amount,
        cast(sum(amount_usd) as {{ money_type() }}) as amount_usd,
        min(pulled_at) as first_pulled_at,
        min(usage_date) as first_usage_date,
        max(usage_date) as last_usage_date,
        cast(sum(case when charge_day_number = 1 then 1 else 0 end) as bigint) as line_count,
        '"' || replace(term, '"', '""') || '"' as quoted_term
    from lines
    group by 1, 2, 3, 4, 5, 6

)

select
    summed.issue,
    summed.seed,
    summed.bill_source,
    summed.provider,
    summed.term,
    summed.currency,
    summed.amount,
    summed.amount_usd,
    summed.first_pulled_at,
    summed.first_usage_date,
    summed.last_usage_date,
    summed.line_count,
    likely_models.likely_model,
    likely_models.candidate_models,
    -- what a person has to know stays a question mark
    case summed.issue
        when 'service' then summed.bill_source || ',' || summed.quoted_term || ',?,' || summed.bill_source
        when 'charge' then summed.quoted_term || ',?,?,' || summed.bill_source
        when 'kind' then 'a column line_type (usage, tax, discount, credit, fee, seat, ...)'
        when 'meter' then summed.provider || ',' || summed.quoted_term || ',?,false,' || summed.bill_source
        when 'model'
            then
                summed.provider || ',' || summed.quoted_term || ',' || coalesce(likely_models.likely_model, '?')
                || ',' || summed.bill_source
        when 'unit' then summed.bill_source || ',' || summed.quoted_term || ',?,?,' || summed.bill_source
    end as seed_row
from summed
left join likely_models
    on
        summed.issue = 'model'
        and summed.provider = likely_models.provider and summed.term = likely_models.model_name
