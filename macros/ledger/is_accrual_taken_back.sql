{# Whether something of what was accrued is final by now: a part of a month's usage has its bill, a cost its invoice, or
   nothing is left of the charge. Where all of it still waits for its bill, or as many attempts as before do, another
   price or a late attempt is an adjustment with its own cause, and no accrual is taken back. Columns of `truth` and
   `posted` (int_charge_differences). #}
{% macro is_accrual_taken_back() -%}
    (coalesce(posted.accrued_usd, 0) != 0 or coalesce(posted.accrued_attempt_count, 0) != 0)
        and not coalesce(
            (truth.accrued_usd != 0 or truth.accrued_attempt_count != 0)
            and (
                truth.amount_usd = truth.accrued_usd and truth.attempt_count = truth.accrued_attempt_count
                or truth.attempt_count > 0 and truth.accrued_attempt_count >= posted.accrued_attempt_count
            ), false
        )
{%- endmacro %}
