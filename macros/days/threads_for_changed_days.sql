{# Once the days are known that a night builds: a few of them in a large warehouse are as good as a small one. Where the
   tests look at all days, as after other code, a build keeps the threads that it began with. #}
{% macro threads_for_changed_days() -%}
    {%- set days = where_days_to_check() -%}
    {%- if days -%}
        {%- do session_threads('select sum(record_count) from ' ~ this ~ ' ' ~ days) -%}
    {%- endif -%}
{%- endmacro %}
