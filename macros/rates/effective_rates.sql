{# What an attempt pays for each meter: a contract that covers it takes the list's place, whole, even
   where it names no price. Of the joins `rates` and `contract_rates`, as columns of a select list. #}
{% macro effective_rates() -%}
    {%- for meter in meters() %}
        case
            when contract_rates.contract_id is null then rates.{{ meter.name }}_rate_usd
            else contract_rates.{{ meter.name }}_rate_usd
        end as {{ meter.name }}_rate_usd,
    {%- endfor %}
        coalesce(contract_rates.contract_id, rates.price_card_version) as price_card_version
{%- endmacro %}

{# The two joins it reads, for requests: no price adds a row, and none drops one. `state` is the column that says by
   which state of the rate card a request is priced, where there are several. #}
{% macro left_join_rates(state=none) -%}
    left join rates
        on
            {% if state %}requests.{{ state }} = rates.as_of_recorded_at and {% endif %}{{ rate_applies('rates') }}
    left join contract_rates
        on
            {% if state %}requests.{{ state }} = contract_rates.as_of_recorded_at and {% endif -%}
            requests.billing_account_id = contract_rates.billing_account_id
            and {{ rate_applies('contract_rates') }}
{%- endmacro %}

{# True where a rated attempt lacks a price: no window fits, or a meter it used has no rate in it. #}
{% macro lacks_a_rate() -%}
    price_card_version is null
            {%- for meter in meters() %}
            or ({{ meter.quantity }} != 0 and {{ meter.name }}_rate_usd is null)
            {%- endfor %}
{%- endmacro %}

{# True where a meter it used has one. #}
{% macro has_a_rate() -%}
    {%- for meter in meters() %}
            {{ 'or ' if not loop.first }}({{ meter.quantity }} != 0 and {{ meter.name }}_rate_usd is not null)
    {%- endfor %}
{%- endmacro %}

{# The price status of rated usage: by what it used, and what of that has a rate. #}
{% macro rated_status() -%}
    case
            when {{ lacks_a_rate() }}
                then case when {{ has_a_rate() }} then 'partly_priced' else 'unpriced_no_rate' end
            else 'priced'
        end
{%- endmacro %}

{# The condition on which a row of int_partly_priced_models takes the priced part of a request for its cost. #}
{% macro lower_bound_applies(rules) -%}
    requests.provider = {{ rules }}.provider
            and requests.billed_model = {{ rules }}.model
            and requests.usage_date >= {{ rules }}.valid_from
            and requests.usage_date < {{ rules }}.valid_to
{%- endmacro %}
