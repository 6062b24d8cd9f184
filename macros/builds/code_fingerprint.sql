{# A fingerprint of all the SQL that a model's rows are made by: its own and that of every model it reads,
   their declared columns and those of sources and seeds, and the project's macros that any of them calls.
   Data has fingerprints of its own (int_day_fingerprints). Kept with the graph, because each model asks several
   times. #}
{% macro code_fingerprint(unique_id) -%}
    {% set known = graph.setdefault('code_fingerprints', {}) %}
    {% if unique_id not in known %}
        {% do known.update({unique_id: local_md5(code_text(unique_id))}) %}
    {% endif %}
    {{ return(known[unique_id]) }}
{%- endmacro %}

{# The lists grow while they are walked: a template has no other way to follow a graph. #}
{% macro code_text(unique_id) -%}
    {% set texts, nodes, macros = [], [unique_id], [] %}
    {% for id in nodes %}
        {% set node = graph.nodes.get(id) or graph.sources.get(id) %}
        {% do texts.append(id ~ (node.raw_code or '') ~ column_text(node.columns)) %}
        {% set needs = node.depends_on or {} %}
        {% do nodes.extend((needs.nodes or []) | reject('in', nodes) | list) %}
        {% do macros.extend((needs.macros or []) | reject('in', macros) | list) %}
    {% endfor %}
    {% for id in macros if id.split('.')[1] == our_name() %}
        {% set macro = context[our_name()][id.split('.')[2]].macro %}
        {% do texts.append(id ~ macro.macro_sql) %}
        {% do macros.extend(macro.depends_on.macros | reject('in', macros) | list) %}
    {% endfor %}
    {{ return(texts | sort | join('|')) }}
{%- endmacro %}

{% macro column_text(columns) -%}
    {% set texts = [] %}
    {% for column in columns.values() %}
        {% do texts.append(column.name ~ ' ' ~ column.data_type) %}
    {% endfor %}
    {{ return(texts | join(',')) }}
{%- endmacro %}
