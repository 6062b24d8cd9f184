{# LiteLLM adds what a record is about to the id of its call or response: an earlier attempt, a hit of
   its own cache, the cost of a finished batch or background job. This is the id without it. #}
{% macro litellm_call(id) -%}
    regexp_replace({{ id }}, '(-attempt-[0-9]+|_cache_hit[0-9.]*|_batch_cost|_background_cost)$', '')
{%- endmacro %}

{# A batch without a tier of its own is served as a batch. #}
{% macro litellm_tier(id) -%}
    case
            when lower(speed) = 'fast' then 'fast'
            when ({{ litellm_is_batch(id) }}) and lower(coalesce(service_tier, 'default')) in ('default', 'standard', 'auto')
                then 'batch'
            else service_tier
        end
{%- endmacro %}

{# An id, unless it is only the word for none. #}
{% macro litellm_id(id) -%}
    case when lower({{ id }}) not in ('none', 'null') then {{ id }} end
{%- endmacro %}

{# True on the cost of a finished job, which LiteLLM writes again whenever it looks at the job. #}
{% macro litellm_is_poll(id) -%}
    coalesce({{ litellm_is_batch(id) }} or right({{ id }}, 16) = '_background_cost', false)
{%- endmacro %}

{# True on what a whole batch used, which LiteLLM also writes under the batch's own id when somebody asks for it. #}
{% macro litellm_is_batch(id) -%}
    right({{ id }}, 11) = '_batch_cost' or ({{ id }} is not null and lower(call_type) like '%retrieve_batch')
{%- endmacro %}

{# What tells one call from another under the same ids: what it asked, how it ended, what it used. #}
{% macro litellm_event(ids) -%}
    {{ row_text(ids + ['lower(status)', 'model', 'prompt_tokens', 'completion_tokens']) }}
{%- endmacro %}

{# Images that a call for images asked for: LiteLLM's `n`, which any other call uses for the answers that it wants. A
   call that does not say so made an unknown number. #}
{% macro litellm_images() -%}
    case when lower(call_type) like '%image_%' then image_count end
{%- endmacro %}
