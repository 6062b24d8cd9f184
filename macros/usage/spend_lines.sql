{# What a spend is told apart by, besides its day: the lines of the chargeback report. #}
{% macro spend_line_columns() -%}
    {{ return([
        'team_id', 'service_name', 'feature', 'environment', 'prompt_version', 'provider', 'named_model',
    ]) }}
{%- endmacro %}

{# The same as one key, so that lines with unknown names find each other in a join. #}
{% macro spend_line_key() -%}
    md5({{ row_text(spend_line_columns()) }})
{%- endmacro %}

{# What an attempt is part of, for whoever looks it up: its trace, else the attempt itself. #}
{% macro trace_or_request() -%}
    coalesce(trace_id, 'request ' || request_key)
{%- endmacro %}
