{# The types of the columns that this user may read. #}
{% macro readable_columns(table, needed) -%}
    {% set types = {} %}
    {% for column in adapter.get_columns_in_relation(table) %}
        {% do types.update({column.name: column.dtype}) %}
    {% endfor %}
    {% set missing = needed | reject('in', types) | list %}
    {% if missing %}
        {% do exceptions.raise_compiler_error(
            'litellm_schema: ' ~ table ~ ' has no ' ~ missing | join(', ') ~ ' that ' ~ target.user
            ~ ' may read; is the schema right, and were usage of it and select granted?'
        ) %}
    {% endif %}
    {{ return(types) }}
{%- endmacro %}

{# The first of these columns that the table has and that is not null. #}
{% macro first_of(columns, types) -%}
    {{ return('coalesce(logs."' ~ columns | select('in', types) | join('", logs."') ~ '")') }}
{%- endmacro %}

{% macro is_plausible_time(column) -%}
    ({{ column }} >= timestamp '2000-01-01' and {{ column }} < timestamp '2100-01-01')
{%- endmacro %}

{# A document that is an object, or text that holds one, also within text once or twice more; null when it is
   not JSON. A cast cannot be tried in SQL before PostgreSQL 16. #}
{% macro json_document_function() -%}
    create or replace function raw.json_document(value jsonb) returns jsonb immutable language plpgsql as $$
    begin
        for encoded in 1..3 loop
            exit when jsonb_typeof(value) is distinct from 'string';
            value := (value #>> '{}')::jsonb;
        end loop;
        return case when jsonb_typeof(value) != 'string' then value end;
    exception when others then
        return null;
    end $$
{%- endmacro %}

{# The same, and what is text under the named keys is opened too; what is no JSON stays text. #}
{% macro json_documents_function() -%}
    create or replace function raw.json_documents(value jsonb, inner_keys text[]) returns jsonb immutable
    language plpgsql as $$
    declare inner_key text; opened jsonb;
    begin
        value := raw.json_document(value);
        foreach inner_key in array inner_keys loop
            if jsonb_typeof(value -> inner_key) = 'string' then
                opened := raw.json_document(value -> inner_key);
                value := jsonb_set(value, array[inner_key], coalesce(opened, value -> inner_key));
            end if;
        end loop;
        return value;
    end $$
{%- endmacro %}

{# What opens the columns that hold documents, and what says that one, or one within it, is no JSON. #}
{% macro opened_documents(documents, types) -%}
    {% set columns, faults = [], [] %}
    {% for name, inner in documents.items() if name in types %}
        {% do columns.append(
            'raw.json_documents(to_jsonb(logs."' ~ name ~ "\"), '{" ~ inner | join(',') ~ "}') as \"" ~ name ~ '"'
        ) %}
        {% for key in inner %}
            {% do faults.insert(0,
                'when jsonb_typeof(documents."' ~ name ~ "\" -> '" ~ key ~ "') = 'string' and "
                ~ trimmed_text('documents."' ~ name ~ "\" ->> '" ~ key ~ "'") ~ " is not null then '" ~ key
                ~ ": not valid JSON'"
            ) %}
        {% endfor %}
        {% do faults.insert(0,
            'when documents."' ~ name ~ '" is null and ' ~ trimmed_text('to_jsonb(logs."' ~ name ~ "\") #>> '{}'")
            ~ " is not null then '" ~ name ~ ": not valid JSON'"
        ) %}
    {% endfor %}
    {{ return({'columns': columns, 'faults': faults}) }}
{%- endmacro %}

{# A view whose columns changed is dropped first, with the views on it; the build makes them. #}
{% macro replace_view(name, sql) -%}
    {% set view = api.Relation.create(
        database=target.database, schema=name.split('.')[0], identifier=name.split('.')[1]
    ) %}
    {% set present = adapter.get_columns_in_relation(view) | map(attribute='name') | join(',') %}
    {% set wanted = get_column_schema_from_query(sql) | map(attribute='name') | join(',') %}
    {% if present not in ['', wanted] %}
        {% do run_query('drop view ' ~ name ~ ' cascade') %}
    {% endif %}
    {% do run_query('create or replace view ' ~ name ~ ' as ' ~ sql) %}
{%- endmacro %}
