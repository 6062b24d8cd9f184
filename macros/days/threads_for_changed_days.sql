{# Once the days are known that a night builds: a few of them in a large warehouse are as good as a small one. A build
   that makes every day again, and tests that look at all of them, keep the threads that they began with. #}
{% macro threads_for_changed_days() -%}
    {%- if graph.get('are_days_checked') and not flags.FULL_REFRESH and not graph.get('changed_code') -%}
        {%- set records -%}
            select sum(inputs.record_count)
            from {{ this }} as inputs
            left join {{ built_days_table() }} as built
                on inputs.usage_date = built.usage_date and built.model_name = 'int_priced_attempts'
            where coalesce(built.day_fingerprint, 'never built') != inputs.day_fingerprint
        {%- endset -%}
        {%- do session_threads(records) -%}
    {%- endif -%}
{%- endmacro %}
