-- The results of the current pulls of the usage reports, with provider and account. A bucket is a day, or
-- a day of one endpoint; the file that was pulled last holds it, as it was written last.
with usage as (

    select * from {{ ref('int_provider_usage_stacked') }}

),

files as (

    select * from {{ ref('stg_loader__files') }}

),

aliases as (

    select * from {{ ref('provider_aliases') }}

),

ranked as (

    select
        usage.*,
        coalesce(aliases.provider, lower(usage.provider_name)) as provider,
        coalesce(files.billing_account_id, 'default') as billing_account_id,
        files.pulled_at,
        dense_rank() over (
            partition by usage.usage_source, coalesce(files.billing_account_id, 'default'), usage.replaced_scope
            order by files.pulled_at desc, files.source_file desc, files.loaded_at desc, usage.batch_id desc
        ) as recorded_rank
    from usage
    inner join files
        on usage.batch_id = files.batch_id
    left join aliases
        on lower(usage.provider_name) = aliases.alias

)

select * from ranked
where recorded_rank = 1
