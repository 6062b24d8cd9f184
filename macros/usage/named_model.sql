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
   "ft:gpt-4o:our-firm::id"; what Bedrock and LiteLLM write in front of the id. #}
{% macro bare_model_name(name) -%}
    case
            when {{ name }} not like '%/%' and {{ name }} not like '%:%' then {{ name }}
            {% for route in ['converse/', 'invoke/', 'responses/', 'o_series/', 'gpt5_series/'] -%}
            when {{ name }} like '{{ route }}%' then substr({{ name }}, {{ route | length + 1 }})
            {% endfor -%}
            {# names of the card at Bedrock's other endpoint have their region in front #}
            when {{ name }} like '__-%-_/%.%' and coalesce(known_provider, '') != 'bedrock_mantle'
                then {{ name_in_aws_region("split_part(" ~ name ~ ", '/', 1)", "split_part(" ~ name ~ ", '/', 2)") }}
            when {{ name }} like 'ft:%:%' then 'ft:' || split_part({{ name }}, ':', 2)
            when {{ name }} like 'arn:%:inference-profile/%' then split_part({{ name }}, ':inference-profile/', 2)
            when {{ name }} like 'arn:%:foundation-model/%'
                then {{ name_in_aws_region(
                    "split_part(" ~ name ~ ", ':', 4)", "split_part(" ~ name ~ ", ':foundation-model/', 2)"
                ) }}
            else {{ name }}
        end
{%- endmacro %}

{# A model's id in a region of Amazon, as the profile whose prices hold there. Prices of Amazon's own models differ
   between parts of the world: where none is known to be the region's, the region stays and nothing is priced. #}
{% macro name_in_aws_region(region, id) -%}
    case
                    when {{ region }} like 'us-gov-%' then 'us-gov.' || {{ id }}
                    when {{ region }} like 'us-%' or {{ region }} like 'eu-%' or {{ region }} like 'ca-%'
                        then substr({{ region }}, 1, 2) || '.' || {{ id }}
                    when {{ region }} in ('ap-northeast-1', 'ap-northeast-3') then 'jp.' || {{ id }}
                    when {{ region }} like 'ap-%' then 'apac.' || {{ id }}
                    when {{ id }} like 'amazon.%' then {{ region }} || '/' || {{ id }}
                    else {{ id }}
                end
{%- endmacro %}

{# A model's id in the region that Bedrock's log states beside it. An id that says where it runs stays, and so does
   one whose price is the same in all regions but GovCloud's: those of other makers. #}
{% macro name_in_region_of_log(region, id) -%}
    case
            when {{ region }} like 'us-gov-%' and {{ id }} not like 'us-gov.%' and {{ id }} not like 'arn:%'
                then {{ name_in_aws_region(region, id) }}
            when {{ region }} not like 'us-%' and {{ id }} like 'amazon.%'
                then {{ name_in_aws_region(region, id) }}
            else {{ id }}
        end
{%- endmacro %}

{# A model of Vertex AI without the publisher that Portkey writes in front of it, as "google.gemini-2.5-flash"; Llama
   is known by its publisher and a slash. #}
{% macro name_without_publisher(provider, name) -%}
    case
            when coalesce(lower({{ provider }}), '') not like '%vertex%' then {{ name }}
            when {{ name }} like 'meta.%' then 'meta/' || substr({{ name }}, 6)
            else regexp_replace({{ name }}, '^(google|anthropic)[.]', '')
        end
{%- endmacro %}

{# A name without Google's resource path, which only Vertex AI writes with a publisher: it has its own price
   outside of the place "global". #}
{% macro name_without_path(name) -%}
    case
            when {{ name }} not like '%models/%' then {{ name }}
            when {{ name }} like '%publishers/%/models/%'
                then 'google-vertex/'
                    || case
                        when {{ name }} not like '%locations/%' or {{ name }} like '%locations/global/%' then ''
                        else 'regional/'
                    end || split_part({{ name }}, '/models/', 2)
            when {{ name }} like 'models/%' then substr({{ name }}, 8)
            when {{ name }} like 'gemini/models/%' then 'gemini/' || substr({{ name }}, 15)
            else {{ name }}
        end
{%- endmacro %}
