{# What sums call the model of an attempt: as it is billed, else, where no card knows it, as the log names it. #}
{% macro named_model() -%}
    coalesce(billed_model, lower(served_model), lower(requested_model), 'none')
{%- endmacro %}

{# The name under which a card prices what a model makes by its size and quality, such as
   "hd/1024-x-1792/dall-e-3"; null where the log states neither. #}
{% macro sized_model_name(name) -%}
    case
            when coalesce(media_size, media_quality) is not null and {{ makes_pieces() }}
                then coalesce(lower(trim(media_quality)) || '/', '')
                    || coalesce(
                        replace(replace(replace(lower(trim(media_size)), '-x-', 'x'), '*', 'x'), 'x', '-x-') || '/', ''
                    ) || {{ bare_model_name(name) }}
        end
{%- endmacro %}

{# True where a call made images, or seconds of video, that its log counts. #}
{% macro makes_pieces() -%}
    coalesce(reported_generated_images, 0) + coalesce(reported_media_seconds, 0) > 0
{%- endmacro %}

{# A model's name without what is around it: the firm and the id behind a fine-tune's base, which OpenAI writes
   "ft:gpt-4o:our-firm::id"; Bedrock's ARN in front of the id; LiteLLM's word for Bedrock's way of asking. #}
{% macro bare_model_name(name) -%}
    case
            when {{ name }} like 'converse/%' then substr({{ name }}, 10)
            when {{ name }} like 'invoke/%' then substr({{ name }}, 8)
            when {{ name }} not like '%:%' then {{ name }}
            when {{ name }} like 'ft:%:%' then 'ft:' || split_part({{ name }}, ':', 2)
            when {{ name }} like 'arn:%:inference-profile/%' then split_part({{ name }}, ':inference-profile/', 2)
            when {{ name }} like 'arn:%:foundation-model/%' then split_part({{ name }}, ':foundation-model/', 2)
            else {{ name }}
        end
{%- endmacro %}
