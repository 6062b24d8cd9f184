{# Refuses to build in a session in which figures would come out wrong without an error. #}
{% macro check_session() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'seed', 'test'] %}
        {% do adapter.dispatch('check_session', 'ai_cost')() %}
    {% endif %}
{%- endmacro %}

{% macro default__check_session() -%}
{%- endmacro %}

{# A planted function that fits better than the built-in one would run with the builder's rights
   (docs/access.md). `show` is a command: it asks no function for the answer. #}
{% macro postgres__check_session() -%}
    {% set found = run_query('show search_path').columns[0].values()[0] %}
    {% if found | replace(' ', '') != 'pg_catalog,pg_temp' %}
        {% do exceptions.raise_compiler_error(
            'search_path is ' ~ found ~ ', not pg_catalog, pg_temp: take PGOPTIONS away, or add to it'
            ~ ' -c search_path=pg_catalog,pg_temp'
        ) %}
    {% endif %}
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
