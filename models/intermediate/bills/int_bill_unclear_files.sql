-- Files of bills that somebody has to look at, because nothing says for sure whether they add to another one or take
-- its place: by their names, by what they repeat, and by days that a later delivery has no line of.
{% set keys = ['bill_source', 'billed_by', 'billing_account_id', 'replaced_scope'] %}
with deliveries as (

    select * from {{ ref('int_bill_deliveries') }}

),

repeated as (

    select * from {{ ref('int_bill_repeated_files') }}

),

lines as (

    select
        *,
        max(case when is_current then 1 else 0 end) over (
            partition by bill_source, billed_by, billing_account_id, usage_date
        ) as day_is_billed
    from {{ ref('int_bill_lines_pulled') }}
    where usage_date is not null

),

-- a file that was written again under its name gives way at once
withdrawn as (

    select distinct
        {{ keys | join(', ') }},
        batch_id
    from lines
    where day_is_billed = 0 and amount != 0 and superseded_at > pulled_at

)

select
    {{ keys | join(', ') }},
    batch_id
from deliveries
where
    is_ambiguous
    or batch_id in (select repeated.batch_id from repeated)
    or batch_id in (select repeated.repeated_in from repeated)

union

select
    {{ keys | join(', ') }},
    batch_id
from withdrawn
