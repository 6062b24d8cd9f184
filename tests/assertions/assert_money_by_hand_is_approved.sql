-- Harm: somebody types an invoice, a credit, a rule or a plan, and nobody else has looked at it. What counts lacks a
-- name, a time, a person who may, or is above their limit. A warning; the close refuses it where close_limits has a row
-- for unapproved_decisions.
{{ config(
    severity='warn',
    meta={'says': 'Amounts, rules and plans by hand that nobody approved who may', 'look_at': 'marts.fct_approvals'},
) }}

select
    approval_kind,
    subject,
    amount_usd,
    prepared_by,
    approved_by,
    decided_at,
    approval_state
from {{ ref('fct_approvals') }}
where approval_state != 'approved' and is_in_force
