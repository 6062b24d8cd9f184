{{ config(
    materialized='table',
    post_hook=[
        "{{ keep_figures('figure_movements', this) }}",
        "{{ keep_figures('figure_days', ref('int_figure_days')) }}",
    ],
) }}

-- What this night adds to the movements: nothing when no figure is another.
with usage as (

    select
        parts.*,
        case
            when parts.cause = 'late_data' then 'data'
            when parts.cause = 'correction' then 'reading'
            else parts.cause
        end as kind
    from {{ ref('int_figure_parts') }} as parts

),

evidence as (

    select * from {{ ref('int_figure_evidence') }}

),

explained as (

    select
        'usage' as figure,
        'requests' as source_ref,
        usage.*,
        coalesce(
            of_model.evidence,
            of_day.evidence,
            case
                when usage.is_record_new then 'the record begins with this night'
                when usage.cause = 'first_published' then 'the first night with usage of the day'
                when usage.cause = 'late_data'
                    then 'no new file of the day: its hour has come, or another day speaks of it'
                when usage.cause = 'withdrawal' then 'files were taken out'
                when usage.cause = 'correction'
                    then 'version {{ var("project_version") }} of the project reads it otherwise'
                else 'nothing that the day is made of is another, or what it was is not on record'
            end
        ) as evidence
    from usage
    left join evidence as of_model
        on
            usage.usage_date = of_model.usage_date
            and usage.kind = of_model.kind
            and usage.provider = of_model.provider
            and usage.billed_model = of_model.billed_model
    left join evidence as of_day
        on
            usage.usage_date = of_day.usage_date
            and usage.kind = of_day.kind
            and of_day.billed_model = '*'

),

begun as (

    select {{ has_rows(ref('stg_ops__figure_movements')) }} as has_movements

),

charges as (

    select
        '{{ invocation_id }}' as night_id,
        {{ night_at() }} as recorded_at,
        charges.charge_type as figure,
        charges.usage_period as usage_date,
        charges.*,
        not begun.has_movements as is_record_new,
        0 as attempt_change,
        0 as unpriced_change
    from {{ ref('int_charge_movements') }} as charges
    cross join begun

),

{% set columns = [
    'night_id', 'recorded_at', 'figure', 'usage_date', 'usage_period', 'source_ref', 'team_id', 'cost_center_id',
    'service_name', 'feature', 'environment', 'provider', 'billed_model', 'cause', 'change_usd', 'attempt_change',
    'unpriced_change', 'evidence', 'is_record_new',
] %}
unioned as (

    select {{ columns | join(', ') }}
    from explained

    union all

    select {{ columns | join(', ') }}
    from charges

)

-- what comes later of a closed month is adjusted in the first open one
select
    {% for column in columns[:-1] -%}
    unioned.{{ column }},
    {% endfor -%}
    case
        when unioned.usage_period <= state.last_posted_period and not unioned.is_record_new then state.first_open_period
        else unioned.usage_period
    end as statement_period
from unioned
cross join {{ ref('int_posting_state') }} as state
