-- The written rule, resolved: for each provider and bill that speaks of it, its rank for each purpose.
-- A rule for the provider goes before one for all (*).
with rules as (

    select
        provider,
        purpose,
        bill_source,
        rank as authority_rank,
        rule_version,
        {{ validity_dates() }}
    from {{ ref('authority_rules') }}

),

providers as (

    select distinct
        provider,
        bill_source
    from {{ ref('int_bill_lines_classified') }}
    where provider is not null

    union

    select
        provider,
        usage_source as bill_source
    from {{ ref('int_provider_usage_placed') }}

),

named as (

    select distinct
        provider,
        purpose,
        bill_source
    from rules
    where provider != '*'

)

select
    providers.provider,
    rules.purpose,
    rules.bill_source,
    rules.authority_rank,
    rules.rule_version,
    rules.valid_from,
    rules.valid_to
from providers
inner join rules
    on providers.bill_source = rules.bill_source and rules.provider in (providers.provider, '*')
left join named
    on
        providers.provider = named.provider
        and rules.purpose = named.purpose
        and rules.bill_source = named.bill_source
where rules.provider != '*' or named.provider is null
