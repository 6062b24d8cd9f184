{# Which SQL the rows of a model that keeps them were made by: a row whenever all of its days were built, the
   last one counts. The night compares it with the SQL of today, and so an upgrade needs no memory of what to
   rebuild. #}
{% macro built_models_table() -%} ops.built_models {%- endmacro %}

{% macro create_built_models() -%}
    {% if execute and flags.WHICH in ['build', 'run', 'test', 'compile', 'show', 'docs'] %}
        {% do graph.pop('built_code', none) %}
        {% do make_schema('ops') %}
        {% do run_query(
            'create table if not exists ' ~ built_models_table() ~ ' ('
            'code_fingerprint ' ~ raw_type('varchar') ~ ', project_version ' ~ raw_type('varchar')
            ~ ', built_at timestamp, model_name ' ~ raw_type('varchar') ~ ')' ~ partitioned_by('model_name')
        ) %}
    {% endif %}
{%- endmacro %}

{# After all days of a model were built, in the same transaction. The last of its hooks: from here on the
   model is one that keeps its rows. `insert` is how an engine adds a row while another model adds one. #}
{% macro remember_code(insert='insert into') -%}
    {%- if execute and not is_incremental() -%}
    {{ insert }} {{ built_models_table() }} (code_fingerprint, project_version, built_at, model_name)
    select '{{ code_fingerprint(model.unique_id) }}', '{{ var("project_version") }}', {{ utc_now() }}, '{{ this.name }}'
    {%- endif -%}
{%- endmacro %}

{# The SQL that each model's days were last built by: a dictionary by the model's name. Read once in a build: what a
   model remembers of itself is the last thing that it does. A process may build twice with one graph. #}
{% macro built_code() -%}
    {% if 'built_code' not in graph %}
        {% set found = {} %}
        {% for row in run_query(
            'select model_name, code_fingerprint from ' ~ built_models_table() ~ ' order by built_at'
        ).rows %}
            {% do found.update({row[0]: row[1]}) %}
        {% endfor %}
        {% do graph.update({'built_code': found}) %}
    {% endif %}
    {{ return(graph['built_code']) }}
{%- endmacro %}

{# Says at the start of a build which models have rows that another SQL made. #}
{% macro say_changed_code() -%}
    {% if execute and flags.WHICH in ['build', 'run'] and not flags.FULL_REFRESH %}
        {% set kept = run_query('select distinct model_name from ' ~ built_days_table()).columns[0].values() %}
        {% set built, changed = built_code(), [] %}
        {% for node in graph.nodes.values() if node.name in kept and node.resource_type == 'model' %}
            {% if built.get(node.name) != code_fingerprint(node.unique_id) %}
                {% do changed.append(node.name) %}
            {% endif %}
        {% endfor %}
        {% if changed %}
            {% do exceptions.warn(
                'The SQL of these models, or of what they read, has changed since they were built; all their days '
                ~ 'are built again, now or by the next whole build: ' ~ changed | sort | join(', ')
            ) %}
        {% endif %}
    {% endif %}
{%- endmacro %}
