{# Four views stand in for what the loader would have written of LiteLLM's table, had it been a file:
   the records, their days, the file, the rejects (docs/decisions/0016-litellm-in-place.md). Rows of the
   last minutes wait for the next run, so that a build and its tests see the same rows while LiteLLM
   writes on. #}
{% macro postgres__create_in_place_views() -%}
    {% set table = api.Relation.create(
        database=target.database, schema=litellm_schema(), identifier='LiteLLM_SpendLogs'
    ) %}
    {% set types = readable_columns(table, ['request_id', 'startTime', 'endTime']) %}
    {% set arrived_at = first_of(['created_at', 'endTime'], types) %}
    {% set changed_at = first_of(['updated_at', 'created_at', 'endTime'], types) %}
    {% set until = run_query("select (now() at time zone 'UTC' - interval '10 minutes')::varchar").columns[0][0] %}
    {% set settled = ' where ' ~ arrived_at ~ " < timestamp '" ~ until ~ "'" %}
    {% set logs = table ~ ' as logs' ~ settled %}
    {% set names = raw_columns('litellm', 'litellm_spend_logs') | map(attribute='name') | join(', ') %}
    {% set checked = 'raw.litellm_spend_logs_checked' %}
    {% set rejects = in_place_view('load_rejects') %}

    {% do run_query(json_document_function()) %}
    {% do run_query(json_documents_function()) %}
    {% do replace_view(checked, checked_logs_sql(table, types, changed_at) ~ settled) %}
    {% do replace_view(
        in_place_view('litellm_spend_logs'), 'select ' ~ names ~ ' from ' ~ checked ~ ' where fault is null'
    ) %}
    {% do replace_view(rejects, "
        select batch_id, 'litellm_spend_logs'::varchar as raw_table, source_file, line_number, record_number,
            fault as reason, json_build_object('request_id', request_id)::varchar as raw_text, loaded_at
        from " ~ checked ~ ' where fault is not null'
    ) %}
    {# from the table itself: no JSON is opened to see that nothing has changed #}
    {% do replace_view(in_place_view('load_days'), "
        select sum(" ~ hash_number(row_text(['logs.request_id', changed_at])) ~ ")::varchar as batch_id,
            'litellm_spend_logs'::varchar as raw_table, logs.\"startTime\"::date as event_date,
            count(*) as record_count, max(" ~ changed_at ~ ")::timestamp as loaded_at
        from " ~ logs ~ ' and ' ~ is_plausible_time('logs."startTime"') ~ ' group by 3'
    ) %}
    {# the counts are queries of their own, so that a reader of other columns does not pay for them #}
    {% do replace_view(in_place_view('load_files'), "
        select 'in-place'::varchar as batch_id, 'litellm_spend_logs'::varchar as raw_table,
            'LiteLLM_SpendLogs'::varchar as source_file, null::varchar as content_sha256,
            null::bigint as size_bytes, (select count(*) from " ~ logs ~ ") as line_count,
            (select count(*) from " ~ logs ~ ") - (select count(*) from " ~ rejects ~ ") as record_count,
            (select count(*) from " ~ rejects ~ ") as reject_count,
            (select count(*) from " ~ in_place_view('litellm_spend_logs') ~ " where dropped_fields is not null)
                as incomplete_count, 0::bigint as other_traffic_count,
            null::varchar as billing_account_id, null::timestamp as pulled_at,
            (select max(loaded_at) from " ~ in_place_view('load_days') ~ ") as loaded_at"
    ) %}
{%- endmacro %}
