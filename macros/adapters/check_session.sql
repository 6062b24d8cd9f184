{# Refuses to build in a session in which figures would come out wrong without an error. #}
{% macro check_session() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'seed', 'test'] %}
        {% do adapter.dispatch('check_session', 'ai_cost')() %}
    {% endif %}
{%- endmacro %}

{% macro default__check_session() -%}
{%- endmacro %}

{# profiles.yml says what each is for. #}
{% macro spark__check_session() -%}
    {% set wanted = {
        'spark.sql.decimalOperations.allowPrecisionLoss': 'false',
        'spark.sql.session.timeZone': 'UTC',
        'spark.sql.sources.partitionOverwriteMode': 'dynamic',
    } %}
    {% for name, value in wanted.items() %}
        {% set found = run_query('set ' ~ name).columns[1].values()[0] %}
        {% if found | lower != value | lower %}
            {% do exceptions.raise_compiler_error(
                name ~ ' is ' ~ found ~ ', not ' ~ value ~ ': set it in server_side_parameters of profiles.yml'
            ) %}
        {% endif %}
    {% endfor %}
{%- endmacro %}
