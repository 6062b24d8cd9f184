-- Which files of a bill belong together, by what their names say. Files that state an instant are of that
-- delivery: all of them where a bill comes in parts or each was pulled with another filter, else one. Parts that
-- state none are of the folder they lie in: a delivery that is overwritten part by part stays one delivery. Where
-- neither says what belongs together, the file is ambiguous and listed in int_bill_issues.
{% set scope = 'partition by bill_source, billed_by, billing_account_id, replaced_scope' %}
{% set instant = scope ~ ', pulled_at' %}
with lines as (

    select
        bill_source,
        billed_by,
        billing_account_id,
        replaced_scope,
        batch_id,
        pulled_at,
        max(usage_date) as last_usage_date,
        max(case when amount is null then 0 else 1 end) as has_amount
    from {{ ref('int_bill_lines_classified') }}
    group by 1, 2, 3, 4, 5, 6

),

named as (

    select
        lines.*,
        files.source_file,
        files.loaded_at,
        -- a path without an instant counts from when it was loaded
        lines.pulled_at != files.loaded_at as states_instant,
        lower(files.source_file) like '%amorti_ed%' as is_amortized,
        -- "costs-v2.csv", "costs_final.csv" and "costs (2).csv" are costs.csv, written again; an actual and an
        -- amortized export are one bill in two views
        regexp_replace(
            regexp_replace(
                lower(files.source_file),
                '([-_ ]*(v[0-9]+|final|corrected|revised|amended|updated|copy)|[ ]*[(][0-9]+[)])?([.][a-z0-9]+)+$', ''
            ),
            '(actual|amorti[sz]ed)', ''
        ) as file_stem
    from lines
    inner join {{ ref('stg_loader__files') }} as files
        on lines.batch_id = files.batch_id

),

placed as (

    select
        named.*,
        filtered.pulled_at is not null as is_filtered,
        case
            when
                filtered.pulled_at is null
                and named.bill_source not in {{ bills_in_parts() }}
                then 'file ' || named.batch_id
            when named.states_instant or filtered.pulled_at is not null
                then 'instant ' || cast(named.pulled_at as {{ dbt.type_string() }})
            else 'folder ' || regexp_replace(named.source_file, '/[^/]*$', '')
        end as delivery,
        min(named.loaded_at) over (
            partition by
                named.bill_source, named.billed_by, named.billing_account_id, named.replaced_scope, named.file_stem
        ) as first_loaded_at
    from named
    left join {{ ref('int_bill_filtered_pulls') }} as filtered
        on
            named.bill_source = filtered.bill_source
            and named.billed_by = filtered.billed_by
            and named.billing_account_id = filtered.billing_account_id
            and named.replaced_scope = filtered.replaced_scope
            and named.pulled_at = filtered.pulled_at

),

compared as (

    select
        *,
        min(case when has_amount = 1 then file_stem end) over ({{ instant }}) as first_stem,
        max(case when has_amount = 1 then file_stem end) over ({{ instant }}) as last_stem,
        max(has_amount) over ({{ instant }}) as any_has_amount,
        max(has_amount) over ({{ instant }}, file_stem) as stem_has_amount,
        min(first_loaded_at) over ({{ scope }}, delivery) as first_part_at,
        max(first_loaded_at) over ({{ scope }}, delivery) as last_part_at
    from placed

)

select
    bill_source,
    billed_by,
    billing_account_id,
    replaced_scope,
    batch_id,
    pulled_at,
    last_usage_date,
    source_file,
    loaded_at,
    states_instant,
    is_amortized,
    file_stem,
    delivery,
    -- the actual export counts: it is what the invoice is made of
    lead(pulled_at) over (
        partition by bill_source, billed_by, billing_account_id, replaced_scope, delivery, file_stem
        order by
            case when is_amortized then 0 else 1 end, loaded_at, {{ dbt.length('source_file') }}, source_file, batch_id
    ) as rewritten_at,
    case
        when is_filtered then false
        when bill_source not in {{ bills_in_parts() }} then coalesce(first_stem != last_stem, false)
        when not states_instant then first_part_at != last_part_at
        else false
    end as is_ambiguous
from compared
-- a page that says nothing of a day takes nothing from another file of that instant, such as that of another project
where not states_instant or any_has_amount = stem_has_amount
