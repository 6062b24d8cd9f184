{# What of a record may name its owner: the column, and where a seed knows such names. Which of them comes first is
   in seeds/reference/owner_precedence.csv. The method is a word of attribution_method. #}
{% macro owner_evidence() -%}
    {{ return([
        {'column': 'team_tag', 'known_in': 'team_names', 'name': 'team_name', 'method': 'explicit_tag'},
        {'column': 'gateway_team', 'known_in': 'team_names', 'name': 'team_name', 'method': 'gateway_team'},
        {'column': 'gateway_team_id', 'known_in': 'team_names', 'name': 'team_name', 'method': 'gateway_team'},
        {'column': 'credential_id', 'known_in': 'credentials', 'name': 'credential_id', 'method': 'credential_owner'},
        {'column': 'credential_name', 'known_in': 'credentials', 'name': 'credential_id', 'method': 'credential_owner'},
        {'column': 'project_id', 'known_in': 'credentials', 'name': 'credential_id', 'method': 'sub_account_owner'},
        {'column': 'sub_account_id', 'known_in': 'credentials', 'name': 'credential_id', 'method': 'sub_account_owner'},
        {'column': 'service_name', 'known_in': 'service_accounts', 'name': 'service_name',
            'method': 'service_account'},
        {'column': 'service_team', 'known_in': 'team_names', 'name': 'team_name', 'method': 'service_catalogue'},
    ]) }}
{%- endmacro %}
