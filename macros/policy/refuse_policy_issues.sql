{# Fails with a sentence for every issue: dbt itself would only say how many rows a test found. #}
{% macro refuse_policy_issues(issues) -%}
    {% if execute and flags.WHICH in ['build', 'test'] %}
        {% set shown = 50 %}
        {% set said = [] %}
        {% for row in run_query(issues ~ ' order by 1, 2, 3, 4') %}
            {% do said.append(row[0] ~ '.csv (' ~ row[1] ~ '), ' ~ row[2] ~ ': ' ~ row[4] ~ ' "' ~ row[3] ~ '"') %}
        {% endfor %}
        {% if said %}
            {% do exceptions.raise_compiler_error(
                'names in the company folder that do not exist or lead in a circle, ' ~ said | length ~ ':\n  '
                ~ said[:shown] | join('\n  ') ~ ('\n  ...' if said | length > shown)
            ) %}
        {% endif %}
    {% endif %}
{%- endmacro %}
