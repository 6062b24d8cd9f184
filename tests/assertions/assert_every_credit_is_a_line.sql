-- Harm: a credit on a row of Google's export that is not taken apart makes the net too high.
with rows_with_credits as (

    select sum(case when credits is not null then {{ json_array_size('credits') }} else 0 end) as credit_count
    from {{ ref('stg_gcp__billing') }}

),

lines as (

    select count(*) as credit_count from {{ ref('int_bill_lines_gcp') }}
    where line_part > 0

)

select
    rows_with_credits.credit_count as credits_on_rows,
    lines.credit_count as credit_lines
from rows_with_credits
cross join lines
where coalesce(rows_with_credits.credit_count, 0) != lines.credit_count
