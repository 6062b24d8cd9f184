-- Models that charge a fee for each request beside their tokens. One that is charged by the request alone, such as a
-- rerank, has units that only its log knows.
select
    provider,
    model
from {{ ref('int_recorded_prices') }}
where own_recorded_at is null
group by 1, 2
having
    max(case when meter = 'request' then 1 else 0 end) = 1
    and max(case when meter in {{ token_meters() }} then 1 else 0 end) = 1
