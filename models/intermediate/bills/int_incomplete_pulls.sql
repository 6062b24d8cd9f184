-- Pages that say there is more, where no page of the account goes on: neither of the same day nor of a later pull. What
-- was on the page that is missing is in no figure, and a total that lacks it looks like any other.
{% set pages = ['stg_openai__costs', 'stg_openai__usage', 'stg_anthropic__cost_report', 'stg_anthropic__usage_report',
    'stg_anthropic__analytics_cost'] %}
with stacked as (

    {% for page in pages %}
    select
        batch_id,
        bucket_start_at,
        bucket_end_at,
        has_more
    from {{ ref(page) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

pages as (

    select
        files.raw_table as bill_source,
        coalesce(files.billing_account_id, 'default') as billing_account_id,
        files.source_file,
        files.pulled_at,
        min(stacked.bucket_start_at) as first_bucket_at,
        max(stacked.bucket_end_at) as next_bucket_at,
        max(case when stacked.has_more then 1 else 0 end) as has_more
    from stacked
    inner join {{ ref('stg_loader__files') }} as files
        on stacked.batch_id = files.batch_id
    group by 1, 2, 3, 4

)

select
    pages.bill_source,
    case when pages.bill_source like 'openai%' then 'openai' else 'anthropic' end as provider,
    pages.billing_account_id,
    pages.source_file,
    pages.pulled_at,
    cast(pages.next_bucket_at as date) as missing_from_date
from pages
left join pages as others
    on
        pages.bill_source = others.bill_source
        and pages.billing_account_id = others.billing_account_id
        and others.pulled_at >= cast(cast(pages.pulled_at as date) as timestamp)
        and pages.next_bucket_at >= others.first_bucket_at
        and pages.next_bucket_at < others.next_bucket_at
where pages.has_more = 1 and others.source_file is null
