{# The models whose rows decide what a request costs, each valid for a span of instants: model, and the
   columns that matter; how many days a request may start before the row that decides it, when it is decided
   by its completion. Hourly prices are among the listed and the negotiated. The last two decide no cost, but
   how far usage is summed before a new card is weighed on it. #}
{% macro price_rules() -%}
    {%- set one_for_hourly = "case when service_tier in ('peak', 'off_peak') then 1 else 0 end" -%}
    {{ return({
        'int_rate_windows': {'columns': ['provider', 'model', 'service_tier', 'region_scope', 'context_start_tokens',
            'context_end_tokens', 'price_card_version', 'price_valid_from', 'source_count'] + meter_rate_columns(),
            'days_ahead': one_for_hourly},
        'int_served_names': {'columns': ['named_under', 'provider', 'model_name', 'model', 'region_scope',
            'cache_write_lifetime', 'images_are_text', 'has_request_fee', 'has_fee_alone',
            'images_are_tokens'], 'days_ahead': 0},
        'int_contract_rates': {'columns': ['provider', 'billing_account_id', 'model', 'service_tier', 'region_scope',
            'context_start_tokens', 'context_end_tokens', 'contract_id', 'contract_valid_from'] + meter_rate_columns(),
            'days_ahead': one_for_hourly},
        'int_capacity_windows': {'columns': ['provider', 'billing_account_id', 'model', 'service_tier'],
            'days_ahead': 0},
        'int_rate_time_windows': {'columns': ['provider', 'model', 'service_tier', 'weekday', 'start_second',
            'end_second', 'priced_tier', 'calendar_id', 'days_after_opening'], 'days_ahead': 1},
        'int_context_bands': {'columns': ['provider', 'model', 'context_start_tokens'], 'days_ahead': 0},
        'int_intraday_rate_changes': {'columns': ['provider', 'model', 'change_date'], 'days_ahead': 1},
    }) }}
{%- endmacro %}

{# The models whose rows decide who owns a request, what else it could have run as, whether a part of its price
   counts, whether its model had ended, or what a gateway's own figure is in USD, each valid for a span of days: model,
   and the columns that matter. #}
{% macro owner_rules() -%}
    {{ return({
        'int_team_names': ['team_name', 'team_id', 'method'],
        'int_team_windows': ['team_id', 'team_kind', 'cost_center_id'],
        'int_credential_owners': ['credential_id', 'team_id', 'billing_account_id'],
        'int_service_accounts': ['service_name', 'team_id'],
        'int_service_names': ['service_alias', 'service_name', 'team_id'],
        'int_tagging_policy_windows': ['environment', 'policy_version'] + tagging_policy_rule_columns(),
        'int_partly_priced_models': ['provider', 'model'],
        'int_fx_rates': ['currency', 'usd_per_unit'],
        'int_efficiency_rules': ['rule_id', 'opportunity', 'provider', 'model', 'service_name', 'feature', 'environment',
            'alternative_provider', 'alternative_model', 'min_input_tokens', 'max_input_tokens', 'max_output_tokens',
            'min_requests', 'assumed_share'],
        'int_ended_names': ['provider', 'model_name', 'how_it_ended', 'became_model', 'ended_at', 'source'],
    }) }}
{%- endmacro %}

{# Those that hold for all time. #}
{% macro timeless_rules() -%}
    {{ return({
        'token_conventions': ['source_system', 'provider', 'input_includes_cache', 'output_includes_reasoning',
            'total_covers_all', 'emitter'],
        'usage_keys': ['source_system', 'usage_key', 'meter', 'place'],
        'int_provider_names': ['alias', 'provider'],
        'source_precedence': ['source_system', 'precedence'],
        'evidence_precedence': ['field_group', 'source_system', 'precedence'],
        'owner_precedence': ['source_system', 'evidence', 'precedence'],
        'int_service_tier_names': ['provider', 'alias', 'service_tier'],
    }) }}
{%- endmacro %}

{# The days on which a span of instants [valid_from, valid_to) holds at all: one that ends at midnight
   does not reach into the day that begins there. With those days before on which a request may have
   started. #}
{% macro first_and_last_day(days_ahead=0) -%}
    {{ days_before('cast(valid_from as date)', days_ahead) }} as first_date,
        case
            when valid_to = cast(cast(valid_to as date) as timestamp)
                then {{ days_before('cast(valid_to as date)', 1) }}
            else cast(valid_to as date)
        end as last_date
{%- endmacro %}
