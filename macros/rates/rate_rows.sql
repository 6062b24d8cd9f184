{# Keeps the rows of a rate card that were on record at the instant `rates_known_at`. #}
{% macro where_known() -%}
    {%- if var('rates_known_at') -%}
    where recorded_at <= cast('{{ var("rates_known_at") }}' as timestamp)
    {%- endif -%}
{%- endmacro %}

{# The state of the rate card that later recordings are compared with, as an instant. #}
{% macro rate_base() -%}
    {%- if var('rates_known_at') -%}
    least(cast('{{ var("rate_changes_after") }}' as timestamp), cast('{{ var("rates_known_at") }}' as timestamp))
    {%- else -%}
    cast('{{ var("rate_changes_after") }}' as timestamp)
    {%- endif -%}
{%- endmacro %}

{# Of the rows of a rate card with one key and one start, the one recorded last counts (1), at each
   `as_of_recorded_at` where that is part of the key; a withdrawal goes before what it takes back. #}
{% macro recorded_rank(key) -%}
    row_number() over (
            partition by {{ key | join(', ') }}, starts_at
            order by recorded_at desc, case when status = 'withdrawn' then 0 else 1 end
        ) as recorded_rank
{%- endmacro %}

{# Keeps the rows that count. #}
{% macro where_in_force() -%}
    where recorded_rank = 1 and status != 'withdrawn'
{%- endmacro %}

{# When a row of a rate card holds, as instants that are never null. #}
{% macro starts_and_ends() -%}
    coalesce(valid_from, cast({{ open_start() }} as timestamp)) as starts_at,
        coalesce(valid_to, cast({{ open_end() }} as timestamp)) as ends_at
{%- endmacro %}

{# The first number of tokens that a context tier covers: "more than 200,000" starts at 200,001,
   "200,000 or more" at 200,000; the base tier starts at 0. #}
{% macro threshold_start(tokens, inclusive) -%}
    case when {{ tokens }} = 0 or {{ inclusive }} then {{ tokens }} else {{ tokens }} + 1 end
{%- endmacro %}

{# One divided by a block size, exact: `/` on decimals gives a double on some engines. #}
{% macro one_over(block_size) -%}
    case {{ block_size }}
                when 1 then cast(1 as {{ factor_type() }})
                when 1000 then cast(0.001 as {{ factor_type() }})
                when 1000000 then cast(0.000001 as {{ factor_type() }})
            end
{%- endmacro %}

{# The condition on which a row of rates prices a request: joined to windows of the same shape. `context` is the
   column with the tokens that choose its context tier. #}
{% macro rate_applies(rates, context='context_tokens') -%}
    requests.provider = {{ rates }}.provider
            and requests.billed_model = {{ rates }}.model
            and requests.priced_tier = {{ rates }}.service_tier
            and requests.region_scope = {{ rates }}.region_scope
            and requests.priced_at >= {{ rates }}.valid_from
            and requests.priced_at < {{ rates }}.valid_to
            and requests.{{ context }} >= {{ rates }}.context_start_tokens
            and requests.{{ context }} < {{ rates }}.context_end_tokens
{%- endmacro %}
