{# What names an attempt in the marts: it stays the same however often the record is delivered. #}
{% macro request_key() -%}
    md5(source_system || '|' || event_id || '|' || cast({{ epoch_us('usage_at') }} as {{ dbt.type_string() }}))
{%- endmacro %}
