-- Where two records of one call contradict each other. The names of a team are compared by what they stand for. Counts
-- of input are compared only where neither record has cached tokens, which some systems count beside it; models only
-- where both names are known, because a name may be one of the gateway's own.
{{ incremental_by_day() }}

{% set texts = ['service_name', 'feature', 'environment', 'customer_id', 'prompt_version'] %}
{% set of_the_charged = ['model', 'reported_input_tokens', 'reported_output_tokens'] %}
with evidence as (

    select
        evidence.*,
        served_names.plain_name as model,
        coalesce(names.team_id, lower(evidence.team_tag)) as team
    from {{ ref('int_call_evidence') }} as evidence
    left join {{ ref('int_served_names') }} as served_names
        on
            served_names.named_under = '*'
            and regexp_replace(lower(evidence.served_model), '^.*/', '') = served_names.model_name
            and evidence.usage_at >= served_names.valid_from and evidence.usage_at < served_names.valid_to
    left join {{ ref('int_team_names') }} as names
        on
            lower(evidence.team_tag) = names.team_name
            and evidence.usage_date >= names.valid_from and evidence.usage_date < names.valid_to
    {{ where_days_changed() }}

),

merged as (

    select
        merged.*,
        coalesce(names.team_id, lower(merged.team_tag)) as team,
        merged.team_tag_source as team_source
    from {{ ref('int_merged_evidence') }} as merged
    left join {{ ref('int_team_names') }} as names
        on
            lower(merged.team_tag) = names.team_name
            and merged.usage_date >= names.valid_from and merged.usage_date < names.valid_to
    {{ where_days_changed() }}

),

used as (

    select * from evidence
    where evidence_role = 'usage'

),

calls as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

conflicts as (

    {% for field in ['team'] + texts + of_the_charged %}
    {% set side = 'used' if field in of_the_charged else 'merged' %}
    {% set value = 'served_model' if field == 'model' else field %}
    select
        {% for key in record_keys() %}
        {{ side }}.{{ key }},
        {% endfor %}
        '{{ 'team_tag' if field == 'team' else value }}' as field,
        cast({{ side }}.{{ value }} as {{ dbt.type_string() }}) as used_value,
        {{ side }}.{{ 'source_system' if field in of_the_charged else field ~ '_source' }} as used_source_system,
        cast(evidence.{{ value }} as {{ dbt.type_string() }}) as other_value,
        evidence.source_system as other_source_system,
        evidence.evidence_file as other_source_file,
        evidence.evidence_line as other_line_number,
        evidence.evidence_record as other_record_number
    from {{ side }}
    inner join evidence
        on {{ same_record(side, 'evidence') }}
    where
        lower(cast({{ side }}.{{ field }} as {{ dbt.type_string() }}))
        != lower(cast(evidence.{{ field }} as {{ dbt.type_string() }}))
        {% if field in of_the_charged %}
        and evidence.evidence_role != 'sum'
        {% endif %}
        {% if field == 'reported_input_tokens' %}
        and coalesce(used.reported_cache_read_tokens, 0) + coalesce(evidence.reported_cache_read_tokens, 0) = 0
        {% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    calls.request_key,
    conflicts.usage_date,
    conflicts.field,
    conflicts.used_value,
    conflicts.used_source_system,
    conflicts.other_value,
    conflicts.other_source_system,
    calls.team_id,
    calls.cost_usd,
    calls.source_file as used_source_file,
    calls.line_number as used_line_number,
    conflicts.other_source_file,
    conflicts.other_line_number,
    conflicts.other_record_number
from conflicts
inner join calls
    on {{ same_record('conflicts', 'calls') }}
where coalesce(calls.iteration_number, 1) = 1
