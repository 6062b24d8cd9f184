{# The words by which gateways say that an attempt failed. #}
{% macro failed_statuses() -%}
    ('failure', 'failed', 'error', 'errored', 'timeout', 'timed_out', 'cancelled', 'canceled', 'aborted', 'rejected')
{%- endmacro %}
