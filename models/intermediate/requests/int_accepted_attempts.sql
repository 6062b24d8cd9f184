-- What counts: every attempt but those that the attribution contract holds back, which stand in
-- int_quarantined_records.
select * from {{ ref('int_priced_attempts') }}
where contract_decision != 'quarantine'
