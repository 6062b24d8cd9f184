-- Every seeded rule that can change how a day's requests are priced or owned, as text, with the days
-- it holds on. A changed text changes the fingerprint of exactly those days.
with rules as (

    select
        {{ row_text(['provider', 'model', 'service_tier', 'region_scope', 'context_start_tokens',
            'context_end_tokens', 'valid_from', 'valid_to', 'price_card_version'] + meter_rate_columns()) }} as rule_text,
        cast(valid_from as date) as first_date,
        cast(valid_to as date) as last_date
    from {{ ref('int_rate_windows') }}

    union all

    select
        {{ row_text(['named_under', 'provider', 'model_name', 'model', 'valid_from', 'valid_to']) }} as rule_text,
        cast(valid_from as date) as first_date,
        cast(valid_to as date) as last_date
    from {{ ref('int_model_names') }}

    union all

    select
        {{ row_text(['team_name', 'team_id', 'method']) }} as rule_text,
        valid_from as first_date,
        valid_to as last_date
    from {{ ref('int_team_names') }}

    union all

    select
        {{ row_text(['team_id', 'team_kind', 'cost_center_id']) }} as rule_text,
        valid_from as first_date,
        valid_to as last_date
    from {{ ref('int_team_windows') }}

    union all

    select
        {{ row_text(['credential_id', 'team_id', 'billing_account_id']) }} as rule_text,
        valid_from as first_date,
        valid_to as last_date
    from {{ ref('int_credential_owners') }}

    union all

    select
        {{ row_text(['service_name', 'team_id']) }} as rule_text,
        valid_from as first_date,
        valid_to as last_date
    from {{ ref('int_service_accounts') }}

    union all

    select
        {{ row_text(['source_system', 'provider', 'input_includes_cache', 'output_includes_reasoning',
            'total_covers_all']) }}
            as rule_text,
        {{ open_start() }} as first_date,
        {{ open_end() }} as last_date
    from {{ ref('token_conventions') }}

    union all

    select
        {{ row_text(['source_system', 'precedence']) }} as rule_text,
        {{ open_start() }} as first_date,
        {{ open_end() }} as last_date
    from {{ ref('source_precedence') }}

    union all

    select
        {{ row_text(['provider', 'prefix', 'region_scope']) }} as rule_text,
        {{ open_start() }} as first_date,
        {{ open_end() }} as last_date
    from {{ ref('inference_profile_prefixes') }}

    union all

    select
        {{ row_text(['provider', 'lifetime']) }} as rule_text,
        {{ open_start() }} as first_date,
        {{ open_end() }} as last_date
    from {{ ref('cache_write_defaults') }}

    union all

    select
        {{ row_text(['alias', 'provider']) }} as rule_text,
        {{ open_start() }} as first_date,
        {{ open_end() }} as last_date
    from {{ ref('provider_aliases') }}

    union all

    select
        {{ row_text(['provider', 'alias', 'service_tier']) }} as rule_text,
        {{ open_start() }} as first_date,
        {{ open_end() }} as last_date
    from {{ ref('int_service_tier_names') }}

)

-- thousands of rules share a few dozen spans of days
select
    first_date,
    last_date,
    {{ fingerprint('rule_text') }} as rules_fingerprint
from rules
group by 1, 2
