{# The columns of int_priced_attempts that only ever hold a few words of our own, and the words. An
   engine with a type for that stores numbers; a word that is not listed fails the build. #}
{% macro enum_values() -%}
    {{ return({
        'source_system': gateway_table_names(),
        'owner_source': gateway_table_names(),
        'model_drift': model_drift_words(),
        'usage_at_basis': ['start', 'end'],
        'usage_status': ['metered', 'zero_reported', 'missing', 'estimated'],
        'usage_quality': ['exact', 'lower_bound', 'estimated', 'remainder', 'usage_unexplained', 'may_repeat'],
        'usage_convention': ['cache_inside', 'cache_beside', 'cache_beside_by_total', 'reasoning_beside_by_total',
            'all_beside_by_total'],
        'usage_issue': ['negative_tokens', 'cache_write_split_exceeds_total', 'cached_exceeds_input',
            'parts_exceed_total', 'reasoning_exceeds_output', 'unclassified_cache_tokens', 'too_many_iterations',
            'unknown_token_convention'],
        'price_status': ['priced', 'unpriced_unknown_model', 'unpriced_no_rate', 'not_billable',
            'covered_by_commitment', 'usage_missing', 'unpriced_unknown_provider', 'partly_priced'],
        'price_source': ['list', 'contract', 'commitment', 'community'],
        'price_confidence': ['card', 'agreed', 'single'],
        'attribution_method': ['explicit_tag', 'team_alias', 'gateway_team', 'credential_owner',
            'sub_account_owner', 'service_account', 'service_catalogue', 'unattributed'],
        'attribution_status': ['attributed', 'shared', 'unregistered_team', 'unattributed'],
        'stated_attempt_reason': attempt_reasons(),
        'billing_channel': ['api', 'subscription', 'own_key'],
        'policy_decision': ['accept', 'warn', 'quarantine'],
    }) }}
{%- endmacro %}

{# One of them, as it is stored. #}
{% macro enum_column(column, expression=none) -%}
    {{ stored_enum(expression or column, enum_values()[column]) }} as {{ column }}
{%- endmacro %}

{# The price statuses of usage that is known and lacks a price, of all its meters or of some, for use after "in". #}
{% macro unpriced_statuses() -%}
    ('unpriced_unknown_provider', 'unpriced_unknown_model', 'unpriced_no_rate', 'partly_priced')
{%- endmacro %}

{# Those of usage that a card or a contract prices, all of it or some, likewise. #}
{% macro rated_statuses() -%}
    ('priced', 'partly_priced')
{%- endmacro %}

{# Those of what nobody is billed for, or was billed for in advance, likewise. #}
{% macro free_statuses() -%}
    ('not_billable', 'covered_by_commitment')
{%- endmacro %}
