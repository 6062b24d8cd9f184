{# Whether a text of a bill is about capacity that is paid for by the hour or the month, used or not: provisioned
   throughput of Azure (PTU), AWS and Google (GSU), reserved tokens a minute. #}
{% macro speaks_of_capacity(text) -%}
    coalesce(
                regexp_replace(
                    lower({{ text }}),
                    '(provisioned|reserved|(^|[^a-z])ptus?([^a-z]|$)|(^|[^a-z])gsus?([^a-z]|$))', ''
                ) != lower({{ text }}), false
            )
{%- endmacro %}
