{# What a change of each kind of rule is called where a figure moved by it, and how a row of it is named to people:
   the seed that it is written in, and the columns that tell it from others. Kinds: price; owner; reading (how usage is
   counted, and which records count); none (decides no cost and no owner).
   Price rules name the provider and model they speak of, so that a figure is explained by rules of its own. #}
{% macro rule_kinds() -%}
    {{ return({
        'int_rate_windows': {'kind': 'price', 'seed': 'rate card', 'speaks_of': 'model',
            'named_by': ['provider', 'model', 'service_tier', 'price_card_version']},
        'int_served_names': {'kind': 'price', 'seed': 'model_aliases', 'speaks_of': 'model',
            'named_by': ['provider', 'model_name', 'model']},
        'int_contract_rates': {'kind': 'price', 'seed': 'rate_contract_lines', 'speaks_of': 'model',
            'named_by': ['provider', 'model', 'contract_id']},
        'int_capacity_windows': {'kind': 'price', 'seed': 'capacity_commitments', 'speaks_of': 'model',
            'named_by': ['provider', 'model', 'billing_account_id']},
        'int_rate_time_windows': {'kind': 'price', 'seed': 'rate_card_time_windows', 'speaks_of': 'model',
            'named_by': ['provider', 'model', 'service_tier', 'priced_tier']},
        'int_partly_priced_models': {'kind': 'price', 'seed': 'partly_priced_rules', 'speaks_of': 'model',
            'named_by': ['provider', 'model']},
        'holiday_calendars': {'kind': 'price', 'seed': 'holiday_calendars', 'named_by': ['calendar_id', 'holiday_date']},
        'int_team_names': {'kind': 'owner', 'seed': 'team_aliases', 'named_by': ['team_name', 'team_id']},
        'int_team_windows': {'kind': 'owner', 'seed': 'teams', 'named_by': ['team_id', 'cost_center_id']},
        'int_credential_owners': {'kind': 'owner', 'seed': 'credential_owners', 'named_by': ['credential_id', 'team_id']},
        'int_service_accounts': {'kind': 'owner', 'seed': 'service_accounts', 'named_by': ['service_name', 'team_id']},
        'int_service_names': {'kind': 'owner', 'seed': 'services', 'named_by': ['service_alias', 'service_name', 'team_id']},
        'owner_precedence': {'kind': 'owner', 'seed': 'owner_precedence', 'named_by': ['source_system', 'evidence']},
        'int_tagging_policy_windows': {'kind': 'reading', 'seed': 'tagging_policy',
            'named_by': ['environment', 'policy_version']},
        'token_conventions': {'kind': 'reading', 'seed': 'token_conventions', 'named_by': ['source_system', 'provider']},
        'usage_keys': {'kind': 'reading', 'seed': 'usage_keys', 'named_by': ['source_system', 'usage_key', 'meter']},
        'int_provider_names': {'kind': 'reading', 'seed': 'provider_aliases', 'named_by': ['alias', 'provider']},
        'source_precedence': {'kind': 'reading', 'seed': 'source_precedence', 'named_by': ['source_system']},
        'evidence_precedence': {'kind': 'reading', 'seed': 'evidence_precedence',
            'named_by': ['field_group', 'source_system']},
        'int_service_tier_names': {'kind': 'reading', 'seed': 'service_tier_aliases', 'named_by': ['provider', 'alias']},
        'int_fx_rates': {'kind': 'none', 'seed': 'fx_rates', 'named_by': ['currency', 'usd_per_unit']},
        'int_context_bands': {'kind': 'none', 'seed': 'rate card', 'named_by': ['provider', 'model']},
        'int_intraday_rate_changes': {'kind': 'none', 'seed': 'rate card', 'named_by': ['provider', 'model']},
        'int_efficiency_rules': {'kind': 'none', 'seed': 'efficiency_rules', 'named_by': ['rule_id']},
        'int_ended_names': {'kind': 'none', 'seed': 'ended names', 'named_by': ['provider', 'model_name']},
    }) }}
{%- endmacro %}

{# The columns of int_rules that name a rule of a model. #}
{% macro rule_name_columns(model) -%}
    {%- set rule = rule_kinds()[model] -%}
    {%- set names = [] -%}
    {%- for column in rule.named_by -%}
        {%- do names.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), 'none')") -%}
    {%- endfor -%}
    '{{ rule.kind }}' as rule_kind,
        '{{ rule.seed }}: ' || {{ names | join(" || ' ' || ") }} as rule_name,
        {% for column in ['provider', 'model'] -%}
        {{ column if rule.speaks_of else "'*'" }} as rule_{{ column }},
        {% endfor -%}
{%- endmacro %}
