{# Plain dbt reads the neutral seeds: over the warehouse of a company, all its teams would be strangers for a
   night. The project's own commands make a copy of the company folder first and name it. #}
{% macro check_company() -%}
    {% if execute and not env_var('AI_COST_COMPANY_COPY', '') %}
        {% for name in ['AI_COST_COMPANY', 'AI_COST_ORGANIZATION'] if env_var(name, '') %}
            {% do exceptions.raise_compiler_error(
                name ~ ' is set, but plain dbt does not read it: ai-cost dbt ' ~ flags.WHICH
            ) %}
        {% endfor %}
    {% endif %}
{%- endmacro %}
