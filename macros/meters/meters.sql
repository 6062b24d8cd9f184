{# The one list of what can be charged for. Models, seeds' tests and the readers of price lists take it from here:
   docs/add-a-meter.md adds one.

   name       as in the rate card
   quantity   column that counts it; the meters are disjoint, so a price is a plain sum of products
   in_tier    counts towards the context tier of a request (input tokens of any kind do)
   is_token   tokens take a geography's multiplier and have context tiers; fees per call do not
   part_of    figure of the log that holds it already, input, output or cache_read: it is taken out of that one's
              meter. Blank where it is counted by itself, or is split in a way of its own, as cache writes are
   unit       what a bill's line counts of it, as in bill_units #}
{% macro meters() -%}
    {{ return([
        {'name': 'uncached_input',   'quantity': 'uncached_input_tokens',   'in_tier': true,  'is_token': true,  'part_of': '', 'unit': 'tokens'},
        {'name': 'cache_read',       'quantity': 'cache_read_tokens',       'in_tier': true,  'is_token': true,  'part_of': '', 'unit': 'tokens'},
        {'name': 'cache_read_audio', 'quantity': 'cache_read_audio_tokens', 'in_tier': true,  'is_token': true,  'part_of': 'cache_read', 'unit': 'tokens'},
        {'name': 'cache_read_image', 'quantity': 'cache_read_image_tokens', 'in_tier': true,  'is_token': true,  'part_of': 'cache_read', 'unit': 'tokens'},
        {'name': 'cache_write_5m',   'quantity': 'cache_write_5m_tokens',   'in_tier': true,  'is_token': true,  'part_of': '', 'unit': 'tokens'},
        {'name': 'cache_write_30m',  'quantity': 'cache_write_30m_tokens',  'in_tier': true,  'is_token': true,  'part_of': '', 'unit': 'tokens'},
        {'name': 'cache_write_1h',   'quantity': 'cache_write_1h_tokens',   'in_tier': true,  'is_token': true,  'part_of': '', 'unit': 'tokens'},
        {'name': 'cache_write_12h',  'quantity': 'cache_write_12h_tokens',  'in_tier': true,  'is_token': true,  'part_of': '', 'unit': 'tokens'},
        {'name': 'input_audio',      'quantity': 'input_audio_tokens',      'in_tier': true,  'is_token': true,  'part_of': 'input', 'unit': 'tokens'},
        {'name': 'input_image',      'quantity': 'input_image_tokens',      'in_tier': true,  'is_token': true,  'part_of': 'input', 'unit': 'tokens'},
        {'name': 'input_video',      'quantity': 'input_video_tokens',      'in_tier': true,  'is_token': true,  'part_of': 'input', 'unit': 'tokens'},
        {'name': 'output',           'quantity': 'output_tokens',           'in_tier': false, 'is_token': true,  'part_of': '', 'unit': 'tokens'},
        {'name': 'output_audio',     'quantity': 'output_audio_tokens',     'in_tier': false, 'is_token': true,  'part_of': 'output', 'unit': 'tokens'},
        {'name': 'output_image',     'quantity': 'output_image_tokens',     'in_tier': false, 'is_token': true,  'part_of': 'output', 'unit': 'tokens'},
        {'name': 'output_video',     'quantity': 'output_video_tokens',     'in_tier': false, 'is_token': true,  'part_of': 'output', 'unit': 'tokens'},
        {'name': 'web_search',       'quantity': 'web_search_calls',        'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'calls'},
        {'name': 'file_search',      'quantity': 'file_search_calls',       'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'calls'},
        {'name': 'code_session',     'quantity': 'code_sessions',           'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'sessions'},
        {'name': 'request_fee',      'quantity': 'charged_requests',        'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'calls'},
        {'name': 'request',          'quantity': 'search_units',            'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'calls'},
        {'name': 'generated_image',  'quantity': 'generated_images',        'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'images'},
        {'name': 'media_second',     'quantity': 'media_seconds',           'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'seconds'},
        {'name': 'character',        'quantity': 'spoken_characters',       'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'characters'},
        {'name': 'cache_storage_token_hour', 'quantity': 'cache_storage_token_hours', 'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'token_hours'},
        {'name': 'page',             'quantity': 'read_pages',              'in_tier': false, 'is_token': false, 'part_of': '', 'unit': 'pages'},
    ]) }}
{%- endmacro %}

{# The meters that are charged by the call, for use after "in". #}
{% macro call_meters() -%}
    ('{{ meters() | rejectattr('is_token') | map(attribute='name') | join("', '") }}')
{%- endmacro %}

{# Those charged by the token, likewise. #}
{% macro token_meters() -%}
    ('{{ meters() | selectattr('is_token') | map(attribute='name') | join("', '") }}')
{%- endmacro %}

{# The unit in which a bill counts the meter of a column. #}
{% macro unit_of_meter(column) -%}
    case
        {%- for unit, found in meters() | groupby('unit') %}
        when {{ column }} in ('{{ found | map(attribute='name') | join("', '") }}') then '{{ unit }}'
        {%- endfor %}
    end
{%- endmacro %}

{# All of them, for use after "in". #}
{% macro meter_names() -%}
    ('{{ meters() | map(attribute='name') | join("', '") }}')
{%- endmacro %}

{# The columns that count them. #}
{% macro meter_quantities() -%}
    {{ return(meters() | map(attribute='quantity') | list) }}
{%- endmacro %}

{# The meters whose quantity is a reported figure as it stands. #}
{% macro meters_as_reported() -%}
    {% set found = [] %}
    {% for meter in meters() if meter.part_of or not meter.is_token %}{% do found.append(meter) %}{% endfor %}
    {{ return(found) }}
{%- endmacro %}
