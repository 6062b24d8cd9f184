{# The words by which gateways say that an attempt failed. #}
{% macro failed_statuses() -%}
    ('failure', 'failed', 'error', 'errored', 'timeout', 'timed_out', 'cancelled', 'canceled', 'aborted', 'rejected')
{%- endmacro %}

{# Those of them that may reach the caller after the provider has begun to answer, and to charge. #}
{% macro broken_off_statuses() -%}
    ('timeout', 'timed_out', 'cancelled', 'canceled', 'aborted')
{%- endmacro %}

{# Outcomes of attempts whose usage nobody knows, though the provider may have charged for it. #}
{% macro unmetered_outcomes() -%}
    ('usage_missing', 'broken_off_without_usage')
{%- endmacro %}
