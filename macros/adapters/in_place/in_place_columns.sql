{# LiteLLM's rows as typed columns and a fault, up to where the rows are chosen. The columns, paths and
   types are those of the YAML, the rules those of the loader (scripts/loading/typing.py). Only columns
   that a path begins with are read; a document is opened once a row, and each text is found once. #}
{% macro checked_logs_sql(table, types, changed_at) -%}
    {%- set texts, typed, faults, dropped = [], [], [], [] -%}
    {%- set kinds = {'timestamp': 'a plausible time', 'boolean': 'true or false', 'bigint': 'a whole number'} -%}
    {%- for column in raw_columns('litellm', 'litellm_spend_logs') if column.config.meta.get('path') -%}
        {%- set meta = column.config.meta -%}
        {%- set ways = [] -%}
        {%- for path in ([meta.path] if meta.path is string else meta.path) -%}
            {%- set keys = path_keys(path) -%}
            {%- if keys[0] in types -%}
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
        {%- set lost = text ~ ' is not null and (' ~ value ~ ') is null' -%}
        {%- if meta.get('format') == 'other_counts' -%}
            {%- set lost = 'false' -%}
        {%- elif meta.get('format') == 'texts' -%}
            {%- set lost = 'starts_with(' ~ text ~ ", '{')" -%}
        {%- endif -%}
        {%- if is_droppable(column) -%}
            {%- do dropped.append('case when ' ~ lost ~ " then '" ~ column.name ~ "' end") -%}
        {%- else -%}
            {%- do faults.append(
                'when ' ~ lost ~ " then '" ~ column.name ~ " is ' || " ~ kind_of_text(text ~ '::varchar') ~ " || ', not "
                ~ kinds.get(column.data_type, 'a number' if meta.get('format') == 'decimal' else 'a text') ~ "'"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do faults.append(
        'when logs."startTime" > ' ~ latest_usage_at()
        ~ " then 'start_time is out of range: more than a day after this run'"
    ) -%}
    {%- set opened = opened_documents(inner_documents(), types) -%}
    select {{ typed | join(',\n') }},
        'in-place'::varchar as batch_id, 'LiteLLM_SpendLogs'::varchar as source_file,
        {{ hash_number('logs.request_id') }} as line_number, 1::bigint as record_number,
        {{ changed_at }}::timestamp as loaded_at,
        (case {{ (opened.faults + faults) | join('\n') }} end)::varchar as fault,
        nullif(concat_ws(',', {{ dropped | join(', ') }}), '')::varchar as dropped_fields
    from {{ table }} as logs
    cross join lateral (select {{ opened.columns | join(', ') }} offset 0) as documents
    cross join lateral (select {{ texts | join(',\n') }} offset 0) as texts
{%- endmacro %}

{# Whether a record can stand without the column, as scripts/loading/sources.py has it. #}
{% macro is_droppable(column) -%}
    {% set meta = column.config.meta %}
    {% set usual = 'describes' if column.data_type == 'varchar' and meta.get('format') in [none, 'texts', 'url', 'other_counts'] %}
    {{ return((meta.get('role') or usual) == 'describes') }}
{%- endmacro %}

{# What a text is that is not what was declared; never the text itself. #}
{% macro kind_of_text(text) -%}
    {{ return("case when " ~ text ~ " like '{%' then 'an object' when " ~ text ~ " like '[%' then 'a list' when "
        ~ text ~ " ~ '^[-+0-9.eE]+$' then 'a number' else 'a text' end") }}
{%- endmacro %}

{# A text without people and secrets. There is no user key here, so a mark stands for a person, as it does
   in files that are loaded without one (scripts/loading/people.py). #}
{% macro cleaned_text(text, format) -%}
    {% set ends = '\\s"<>()\\[\\]{},;:/|=?&@\\\\!' %}
    {% set email = "[^" ~ ends ~ "]+(@|%40)([^" ~ ends ~ ".]+\\.)+[^" ~ ends ~ ".0-9-][^" ~ ends ~ ".]+" %}
    {% set url = "case when " ~ text ~ " like '%://%' or " ~ ('true' if format == 'url' else 'false')
        ~ " then regexp_replace(regexp_replace(" ~ text ~ ", '(://|^)[^/?#\\s]*@', '\\1', 'g'), "
        "'([?#]|%3[Ff])\\S*', '', 'g') else " ~ text ~ " end" %}
    {% set role = "regexp_replace(" ~ url ~ ", '(assumed-role/[^/\\s]+/|federated-user/)[^\\s\"<>,;|]+', "
        "'\\1hidden', 'g')" %}
    {{ return('regexp_replace(' ~ role ~ ", '" ~ email ~ "', 'hidden', 'g')") }}
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

{# The columns that hold documents, and the keys in each under which there may be text that is one, too. #}
{% macro inner_documents() -%}
    {% set found = {} %}
    {% for column in raw_columns('litellm', 'litellm_spend_logs') if column.config.meta.get('path') %}
        {% set paths = column.config.meta.path %}
        {% for path in ([paths] if paths is string else paths) if path_keys(path) | length > 1 %}
            {% set parts = path.split('|') %}
            {% set inner = found.setdefault(path_keys(path)[0], []) %}
            {% if parts | length > 2 and parts[1] not in inner %}{% do inner.append(parts[1]) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}

{# The last keys of all paths of the spend logs. #}
{% macro read_keys() -%}
    {% set keys = [] %}
    {% for column in raw_columns('litellm', 'litellm_spend_logs') if column.config.meta.get('path') %}
        {% set paths = column.config.meta.path %}
        {% for path in ([paths] if paths is string else paths) %}
            {% do keys.append(path_keys(path)[-1]) %}
        {% endfor %}
    {% endfor %}
    {{ return(keys | unique | sort) }}
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
    {% if format == 'duration' %}
        {{ return('case when ' ~ is_number ~ ' then case when ' ~ text ~ '::numeric between 0 and 999999999999 then '
            'floor(' ~ text ~ '::numeric + 0.5)::bigint end end') }}
    {% elif data_type == 'bigint' %}
        {{ return('case when ' ~ is_number ~ ' then case when abs(' ~ text ~ '::numeric) <= 999999999 and '
            ~ text ~ '::numeric = trunc(' ~ text ~ '::numeric) then ' ~ text ~ '::numeric::bigint end end') }}
    {% elif data_type == 'boolean' %}
        {{ return('case lower(' ~ text ~ ") when 'true' then true when '1' then true when 'false' then false "
            "when '0' then false end") }}
    {% elif format == 'decimal' %}
        {{ return('case when ' ~ is_number ~ ' then case when abs(' ~ text ~ '::numeric) < 1e14 then ' ~ text
            ~ ' end end') }}
    {% elif format == 'texts' %}
        {{ return("(select string_agg(left(" ~ cleaned_text('line', none) ~ ", 200), e'\n' order by place) from jsonb_array_elements_text(case "
            "jsonb_typeof(raw.json_document(to_jsonb(" ~ text ~ "))) when 'array' then raw.json_document(to_jsonb("
            ~ text ~ ")) else to_jsonb(array[" ~ text ~ "]) end) with ordinality as found(tag, place) cross join lateral "
            "(select trim(regexp_replace(tag, '\\s+', ' ', 'g')) as line) as lines "
            "where line != '' and line not like '{%' and line not like '[%' and place <= 50)") }}
    {% elif format == 'other_counts' %}
        {{ return('(select string_agg(found[1] || \'=\' || found[2], chr(10)) from regexp_matches(' ~ text ~ ", '"
            ~ '"([A-Za-z_][A-Za-z0-9_.-]{0,99})":\\s*"?([1-9][0-9]{0,11})(?:\\.0+)?"?\\s*[,}]' ~ "', 'g') as found "
            "where found[1] not in ('" ~ read_keys() | join("', '") ~ "'))") }}
    {% elif format not in [none, 'url'] %}
        {{ return(text) }}
    {% endif %}
    {{ return("case when starts_with(" ~ text ~ ", '{') or (starts_with(" ~ text ~ ", '[') and raw.json_document(to_jsonb("
        ~ text ~ ")) is not null) then null else " ~ cleaned_text(text, format) ~ ' end') }}
{%- endmacro %}
