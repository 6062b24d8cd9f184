-- Whether a request carries what the tagging policy asks for in its environment, on its day.
-- Approved service accounts are exempt.
with requests as (

    select * from {{ ref('int_requests_with_owner') }}

),

with_rules as (

    select
        requests.*,
        {% for field in tagging_policy_fields() %}
        case
            when requests.service_name_owner_id is not null then 'off'
            when own.environment is not null then own.{{ field }}_rule
            else common.{{ field }}_rule
        end as {{ field }}_rule,
        {% endfor %}
        coalesce(own.policy_version, common.policy_version) as policy_version
    from requests
    left join {{ ref('int_tagging_policy_windows') }} as own
        on
            requests.environment = own.environment
            and requests.usage_date >= own.valid_from and requests.usage_date < own.valid_to
    left join {{ ref('int_tagging_policy_windows') }} as common
        on
            common.environment = '*'
            and requests.usage_date >= common.valid_from and requests.usage_date < common.valid_to

),

judged as (

    select
        *,
        {{ missing_fields('enforce') }} as fields_enforced,
        {{ missing_fields('warn') }} as fields_warned
    from with_rules

),

final as (

    select
        *,
        case
            when fields_enforced is not null then 'quarantine'
            when fields_warned is not null then 'warn'
            else 'accept'
        end as policy_decision,
        trim(coalesce(fields_enforced, '') || coalesce(fields_warned, '')) as policy_missing_fields
    from judged

)

select * from final
