-- Harm: a new token class, unit, kind of charge or currency on a bill that nobody notices: its money then
-- stands in no meter, or in no sum at all. Services beside AI are not asked about.
{{ config(
    severity='warn',
    meta={'says': 'Unknown words on bills', 'look_at': 'intermediate.int_bill_issues'},
) }}

select * from {{ ref('int_bill_issues') }}
where issue != 'service'
