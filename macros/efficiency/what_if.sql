{# True where a rule of seeds/policy/efficiency_rules.csv speaks of an attempt; a star means any. #}
{% macro rule_speaks_of_attempt() -%}
    attempts.usage_date >= rules.valid_from and attempts.usage_date < rules.valid_to
            and rules.provider in ('*', attempts.provider)
            and rules.model in ('*', attempts.billed_model)
            and rules.service_name in ('*', coalesce(attempts.service_name, ''))
            and rules.feature in ('*', coalesce(attempts.feature, ''))
            and rules.environment in ('*', coalesce(attempts.environment, ''))
{%- endmacro %}

{# The part of the uncached input that a cache would serve, or a shorter prompt leave out; a shorter prompt may reach a
   lower context tier. #}
{% macro moved_input() -%} cast(floor(uncached_input_tokens * assumed_share) as bigint) {%- endmacro %}

{# The quantities an attempt would have had: input that moves between cache and no cache or is left out, output
   up to its cap, the rest as it is. #}
{% macro what_if_quantities() -%}
    {%- set caching = [] -%}
    {%- for meter in meters() if meter.name.startswith('cache_') and not meter.part_of -%}
        {%- do caching.append(meter.quantity) -%}
    {%- endfor -%}
    {%- for meter in meters() %}
    {%- if meter.name == 'uncached_input' %}
    case
        when opportunity in ('cache_missed', 'long_input') then uncached_input_tokens - {{ moved_input() }}
        when opportunity = 'cache_used' then uncached_input_tokens + {{ caching | join(' + ') }}
        else uncached_input_tokens
    end as uncached_input_tokens
    {%- elif meter.name == 'cache_read' %}
    case
        when opportunity = 'cache_missed' then {{ moved_input() }}
        when opportunity = 'cache_used' then 0
        else cache_read_tokens
    end as cache_read_tokens
    {%- elif meter.name == 'output' %}
    case when opportunity = 'long_output' then least(output_tokens, output_cap_tokens) else output_tokens end
        as output_tokens
    {%- elif meter.quantity in caching %}
    case when opportunity = 'cache_used' then 0 else {{ meter.quantity }} end as {{ meter.quantity }}
    {%- else %}
    {{ meter.quantity }}
    {%- endif %}
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# What quantities would have cost at the rates beside them; null where one of them has no rate. #}
{% macro what_if_cost() -%}
    cast(
        {%- for meter in meters() %}
        case
            when {{ meter.quantity }} = 0 then 0
            else cast({{ meter.quantity }} as {{ quantity_type() }}) * {{ meter.name }}_rate_usd
        end
        {{- ' +' if not loop.last }}
        {%- endfor %} as {{ money_type() }}
    )
{%- endmacro %}
