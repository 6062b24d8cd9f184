-- What counts: every attempt but those that the tagging policy holds back or that are dated after the
-- run, which stand in int_quarantined_records. What int_priced_attempts leaves out because it follows from the
-- rest is filled in.
with attempts as (

    select * from {{ ref('int_priced_attempts') }}
    where policy_decision != 'quarantine' and not is_in_the_future

)

select {{ attempt_select_list('int_accepted_attempts') }}
from attempts
