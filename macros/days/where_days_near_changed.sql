{# Restricts what a model that is built by days reads to the days it has to build and those near them: the parts of
   one trace are looked for on the days before and after. The model itself ends with where_days_changed(). #}
{% macro where_days_near_changed(at=none) -%}
    {%- set inputs = ref('int_day_fingerprints') -%}
    {%- if execute and is_incremental() -%}
        {%- set near = [] -%}
        {%- for day in run_query(changed_days_sql()).columns[0].values() | map('string') -%}
            {%- set date = modules.datetime.datetime.strptime(day[:10], '%Y-%m-%d') -%}
            {%- for away in range(-var('trace_lookback_days'), var('trace_lookback_days') + 1) -%}
                {%- do near.append((date + modules.datetime.timedelta(days=away)).strftime('%Y-%m-%d')) -%}
            {%- endfor -%}
        {%- endfor -%}
        {{- where_days_in(near | unique | sort | list, at) -}}
    {%- endif -%}
{%- endmacro %}
