-- Only model calls are billed: agents, spans and tools wrap them, and may repeat their usage.
select * from {{ ref('stg_langfuse__observations') }}
where observation_type in ('GENERATION', 'EMBEDDING')
