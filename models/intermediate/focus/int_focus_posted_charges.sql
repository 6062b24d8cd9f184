-- The rows of closed months as they were delivered.
select * from {{ ref('stg_ledger__posted_focus_charges') }}
