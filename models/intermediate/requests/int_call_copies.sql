-- Which record counts for another one of the same call. The records of one call start together: a stamp may be that of
-- its end, so its duration is allowed for. Two records that share only a trace and a model must not disagree on the
-- output, nor on whether it failed.
{{ incremental_by_day() }}

{% set own = record_keys() + ['source_system', 'shared_key'] %}
{% set kept = ['source_system', 'source_file', 'line_number', 'record_number'] %}
with shared as (

    select * from {{ ref('int_shared_calls') }}
    {{ where_days_changed() }}

),

call_keys as (

    select * from {{ ref('int_call_keys') }}
    {{ where_days_changed('usage_at') }}

),

records as (

    select call_keys.*
    from call_keys
    inner join shared
        on
            call_keys.usage_date = shared.usage_date
            and call_keys.shared_key = shared.shared_key

),

direct as (

    select
        {% for column in own %}
        records.{{ column }},
        {% endfor %}
        {% for column in kept %}
        kept.{{ column }} as kept_{{ column }},
        {% endfor %}
        shared.authority as kept_authority
    from shared
    inner join records
        on
            shared.usage_date = records.usage_date
            and shared.shared_key = records.shared_key
    inner join records as kept
        on
            shared.usage_date = kept.usage_date
            and shared.shared_key = kept.shared_key
            and shared.authority = kept.authority
    where
        records.authority != shared.authority
        and (
            records.key_kind = 'call'
            or abs({{ epoch_us('records.usage_at') }} - {{ epoch_us('kept.usage_at') }})
            <= 30000000 + 1000 * greatest(coalesce(records.latency_ms, 0), coalesce(kept.latency_ms, 0))
        )
        and (
            records.key_kind != 'trace'
            or records.reported_output_tokens is null
            or kept.reported_output_tokens is null
            or records.reported_output_tokens = kept.reported_output_tokens
        )
        and (
            records.key_kind != 'trace'
            or coalesce(records.is_failure, false) = coalesce(kept.is_failure, false)
        )

),

-- two records that are of one call with a third one are of one call with each other
third_ones as (

    select {{ record_keys() | join(', ') }}
    from direct
    group by {{ record_keys() | join(', ') }}
    having min(kept_authority) != max(kept_authority)

),

connected as (

    select distinct
        {% for column in kept %}
        worse.kept_{{ column }} as {{ column }},
        better.kept_{{ column }},
        {% endfor %}
        worse.usage_date,
        worse.shared_key
    from third_ones
    inner join direct as worse
        on {{ same_record('third_ones', 'worse') }}
    inner join direct as better
        on
            {{ same_record('third_ones', 'better') }}
            and worse.kept_authority > better.kept_authority

)

{% for found in ['direct', 'connected'] %}
select
    {{ own | join(', ') }},
    kept_source_system,
    kept_source_file,
    kept_line_number,
    kept_record_number
from {{ found }}
{{ 'union all' if not loop.last }}
{% endfor %}
