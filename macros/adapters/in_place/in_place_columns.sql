{# LiteLLM's rows as typed columns and a fault, up to where the rows are chosen. The columns, paths and
   types are those of the YAML, the rules those of the loader (scripts/loading/typing.py). Only columns
   that a path begins with are read; a document is opened once a row, and each text is found once. #}
{% macro checked_logs_sql(table, types, changed_at) -%}
    {%- set documents, texts, typed, faults = {}, [], [], [] -%}
    {%- set kinds = {'timestamp': 'a plausible time', 'boolean': 'true or false', 'bigint': 'a whole number'} -%}
    {%- for column in raw_columns('litellm', 'litellm_spend_logs') if column.config.meta.get('path') -%}
        {%- set meta = column.config.meta -%}
        {%- set ways = [] -%}
        {%- for path in ([meta.path] if meta.path is string else meta.path) -%}
            {%- set keys = path_keys(path) -%}
            {%- if keys[0] in types -%}
                {%- if keys | length > 1 -%}{%- do documents.update({keys[0]: true}) -%}{%- endif -%}
                {%- do ways.append(path_text(keys)) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set hidden = meta.get('hashed') or not ways -%}
        {%- do texts.append(('null' if hidden else 'coalesce(' ~ ways | join(', ') ~ ')') ~ ' as ' ~ column.name) -%}
        {%- set text = 'texts.' ~ column.name -%}
        {%- set value = typed_text(text, column.data_type, meta.get('format')) -%}
        {%- if column.data_type == 'timestamp' -%}
            {%- set text = 'logs."' ~ path_keys(meta.path)[0] ~ '"' -%}
            {%- set value = 'case when ' ~ is_plausible_time(text) ~ ' then ' ~ text ~ '::timestamp end' -%}
        {%- endif -%}
        {%- do typed.append(value ~ ' as ' ~ column.name) -%}
        {%- if value != text and meta.get('format') != 'texts' -%}
            {%- do faults.append(
                'when ' ~ text ~ ' is not null and (' ~ value ~ ") is null then '" ~ column.name ~ ": '''"
                " || left(" ~ text ~ "::varchar, 100) || ''' is not " ~ kinds.get(column.data_type, 'a number') ~ "'"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set opened = [] -%}
    {%- for name in documents -%}
        {%- do opened.append('raw.json_document(to_jsonb(logs."' ~ name ~ '")) as "' ~ name ~ '"') -%}
        {%- do faults.insert(0,
            'when documents."' ~ name ~ '" is null and ' ~ trimmed_text('to_jsonb(logs."' ~ name ~ "\") #>> '{}'")
            ~ " is not null then '" ~ name ~ ": not valid JSON'"
        ) -%}
    {%- endfor -%}
    select {{ typed | join(',\n') }},
        'in-place'::varchar as batch_id, 'LiteLLM_SpendLogs'::varchar as source_file,
        {{ hash_number('logs.request_id') }} as line_number, 1::bigint as record_number,
        {{ changed_at }}::timestamp as loaded_at,
        (case {{ faults | join('\n') }} end)::varchar as fault
    from {{ table }} as logs
    cross join lateral (select {{ opened | join(', ') }} offset 0) as documents
    cross join lateral (select {{ texts | join(',\n') }} offset 0) as texts
{%- endmacro %}

{# The keys of a path of the YAML; the first one is a column. Text that holds JSON is followed as JSON. #}
{% macro path_keys(path) -%}
    {% set keys = [] %}
    {% for quoted, plain in modules.re.findall('"([^"]+)"|([^."|]+)', path) %}
        {% do keys.append(quoted or plain) %}
    {% endfor %}
    {% if modules.re.search('[][{}]', path) %}
        {% do exceptions.raise_compiler_error('litellm_schema: no way to read the path ' ~ path ~ ' in place') %}
    {% endif %}
    {{ return(keys) }}
{%- endmacro %}

{% macro path_text(keys) -%}
    {% if keys | length == 1 %}
        {{ return(trimmed_text('to_jsonb(logs."' ~ keys[0] ~ "\") #>> '{}'")) }}
    {% endif %}
    {{ return(trimmed_text('documents."' ~ keys[0] ~ '" #>> array[\'' ~ keys[1:] | join("', '") ~ "']")) }}
{%- endmacro %}

{% macro trimmed_text(text) -%}
    nullif(trim(both e' \t\r\n' from {{ text }}), '')
{%- endmacro %}

{# A text as its type; null when it is not of the type. CASE keeps a cast from what it cannot take. #}
{% macro typed_text(text, data_type, format) -%}
    {% set is_number = '(' ~ text ~ " ~ '^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?$' and length("
        ~ text ~ ') <= 1000)' %}
    {% if data_type == 'bigint' %}
        {{ return('case when ' ~ is_number ~ ' then case when abs(' ~ text ~ '::numeric) <= 999999999999 and '
            ~ text ~ '::numeric = trunc(' ~ text ~ '::numeric) then ' ~ text ~ '::numeric::bigint end end') }}
    {% elif data_type == 'boolean' %}
        {{ return('case lower(' ~ text ~ ") when 'true' then true when '1' then true when 'false' then false "
            "when '0' then false end") }}
    {% elif format == 'decimal' %}
        {{ return('case when ' ~ is_number ~ ' then case when abs(' ~ text ~ '::numeric) < 1e14 then ' ~ text
            ~ ' end end') }}
    {% elif format == 'texts' %}
        {{ return("(select string_agg(left(line, 200), e'\n' order by place) from jsonb_array_elements_text(case "
            "jsonb_typeof(raw.json_document(to_jsonb(" ~ text ~ "))) when 'array' then raw.json_document(to_jsonb("
            ~ text ~ ")) else to_jsonb(array[" ~ text ~ "]) end) with ordinality as found(tag, place) cross join lateral "
            "(select trim(regexp_replace(tag, '\\s+', ' ', 'g')) as line) as lines "
            "where line != '' and line not like '{%' and line not like '[%' and place <= 50)") }}
    {% endif %}
    {{ return(text) }}
{%- endmacro %}
