-- Which evidence of an owner comes first for each source: its own rows of the seed, else those for all sources.
with stated as (

    select * from {{ ref('owner_precedence') }}

),

sources as (

    select source_system from {{ ref('source_precedence') }}

)

select
    {% for item in owner_evidence() %}
    coalesce(
        min(case when stated.evidence = '{{ item.column }}' and stated.source_system != '*' then stated.precedence end),
        min(case when stated.evidence = '{{ item.column }}' then stated.precedence end)
    ) as {{ item.column }}_precedence,
    {% endfor %}
    sources.source_system
from sources
inner join stated
    on stated.source_system in (sources.source_system, '*')
group by sources.source_system
