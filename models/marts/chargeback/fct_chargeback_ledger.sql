{{ config(materialized='view') }}

select
    {{ ledger_columns().keys() | join(',\n    ') }},
    is_posted
from {{ ref('int_ledger_entries') }}
