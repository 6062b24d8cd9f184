{# How an envelope's record counts its cached tokens: as it says itself. Who writes Anthropic's names counts as
   Anthropic does, cached tokens apart from the input; a detail of the input is part of it. #}
{% macro envelope_token_convention() -%}
    coalesce(
        lower(token_convention),
        case
            when has_anthropic_usage then 'cached_beside'
            when cached_input_tokens is null and cached_part_of_input_tokens is not null then 'cached_inside'
        end
    )
{%- endmacro %}
