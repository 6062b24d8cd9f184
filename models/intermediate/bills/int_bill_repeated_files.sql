-- Files of a bill in parts that say what another file of their delivery says: the same export under another name, or
-- an earlier state of the month. Parts of one export never have the same lines on each of their days. The last day of
-- an earlier state may have grown.
{{ config(materialized='table') }}
{% set keys = ['bill_source', 'billed_by', 'billing_account_id'] %}
with files as (

    select * from {{ ref('int_bill_deliveries') }}
    where bill_source in {{ bills_in_parts() }} and rewritten_at is null

),

days as (

    select
        {{ keys | join(', ') }},
        replaced_scope,
        batch_id,
        usage_date,
        count(*) as line_count,
        sum(amount) as amount,
        sum({{ hash_number(row_text([
            'amount', 'billed_quantity', 'currency', 'charge_type', 'service', 'description', 'model_name',
            'token_class', 'sub_account_id', 'credential_id',
        ])) }}) as lines_number
    from {{ ref('int_bill_lines_classified') }}
    where bill_source in {{ bills_in_parts() }} and amount is not null
    group by {{ keys | join(', ') }}, replaced_scope, batch_id, usage_date

),

sized as (

    select
        *,
        sum(line_count) over (partition by {{ keys | join(', ') }}, batch_id) as file_line_count,
        count(*) over (partition by {{ keys | join(', ') }}, batch_id) as day_count,
        max(usage_date) over (partition by {{ keys | join(', ') }}, batch_id) as last_usage_date
    from days

),

placed as (

    select
        sized.*,
        files.delivery,
        files.pulled_at,
        -- the later of two states has more lines; of two that are the same the later name counts
        row_number() over (
            partition by sized.{{ keys | join(', sized.') }}, files.delivery, sized.usage_date
            order by
                sized.file_line_count, files.loaded_at, {{ dbt.length('files.source_file') }}, files.source_file,
                sized.batch_id
        ) as file_rank
    from sized
    inner join files
        on
            {% for key in keys %}
            sized.{{ key }} = files.{{ key }}
            and
            {% endfor %}
            sized.replaced_scope = files.replaced_scope
            and sized.batch_id = files.batch_id

),

repeated as (

    select
        {% for key in keys %}
        earlier.{{ key }},
        {% endfor %}
        earlier.batch_id,
        later.batch_id as repeated_in,
        later.pulled_at
    from placed as earlier
    inner join placed as later
        on
            {% for key in keys %}
            earlier.{{ key }} = later.{{ key }}
            and
            {% endfor %}
            earlier.delivery = later.delivery
            and earlier.usage_date = later.usage_date
            and earlier.file_rank < later.file_rank
            and (
                (earlier.lines_number = later.lines_number and earlier.line_count = later.line_count)
                or (
                    earlier.day_count > 1 and earlier.usage_date = earlier.last_usage_date
                    and earlier.line_count <= later.line_count and abs(earlier.amount) <= abs(later.amount)
                )
            )
    group by earlier.{{ keys | join(', earlier.') }}, earlier.batch_id, later.batch_id, later.pulled_at
    having count(*) = max(earlier.day_count)

)

select
    {{ keys | join(', ') }},
    batch_id,
    min(repeated_in) as repeated_in,
    max(pulled_at) as superseded_at
from repeated
group by {{ keys | join(', ') }}, batch_id
