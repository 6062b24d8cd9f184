-- Every charge in one shape; the effective costs of a month sum to its ledger. Closed months whose file was posted are
-- not in it: theirs are the rows that were delivered (int_focus_posted_charges).
{{ view_or_table() }}

with charges as (

    {{ union_models(
        ['int_focus_detailed_charges', 'int_focus_lump_charges', 'int_focus_purchases', 'int_focus_prepayments'],
        focus_charge_columns()
    ) | indent(4) }}

)

select * from charges
where billing_start_date not in (select posted.posting_period from {{ ref('int_focus_posted_charges') }} as posted)
