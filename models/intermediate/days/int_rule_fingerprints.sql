-- A number that stands for all rules of a kind that hold on the same days: thousands of rules share a few dozen
-- spans of days.
select
    rule_kind,
    first_date,
    last_date,
    cast(sum({{ hash_number('rule_text') }}) as decimal(38, 0)) as rules_number
from {{ ref('int_rules') }}
group by 1, 2, 3
