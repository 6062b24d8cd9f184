-- What the requests that carry a tag cost, for each tag. A request counts under every tag it carries, so
-- these rows overlap: they say what a tag touches, and never add up to the spend.
with tags as (

    select * from {{ ref('fct_request_tags') }}

),

requests as (

    select * from {{ ref('fct_priced_requests') }}

)

select
    tags.tag,
    count(*) as attempt_count,
    cast(sum(requests.cost_usd) as {{ money_type() }}) as tagged_cost_usd
from tags
inner join requests
    on
        tags.request_key = requests.request_key
        and tags.usage_date = requests.usage_date
group by 1
order by 3 desc nulls last, 1
limit 50
