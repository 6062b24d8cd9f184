{# True where an answered call of a model that charges for nothing else needs no count of what it used. #}
{% macro is_charged_uncounted() -%}
    has_fee_alone and request_status not in {{ failed_statuses() }}
{%- endmacro %}

{# True where the fixed fee of a request is charged although the source does not count it: its model has one, and the
   call was answered, or used tokens all the same. Another piece of an answer, and a row that only carries the money
   of an earlier call, are no request of their own; usage that nobody counted stays missing, unless nothing but the
   request itself costs anything. #}
{% macro is_one_answered_call() -%}
    has_request_fee and counts_as_request and coalesce(iteration_number, 1) = 1
            and (
                coalesce(reported_input_tokens, 0) + coalesce(reported_output_tokens, 0) > 0
                or coalesce({{ is_charged_uncounted() }}, false)
            )
{%- endmacro %}
