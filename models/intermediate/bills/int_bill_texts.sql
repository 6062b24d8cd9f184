-- The texts in which bills of clouds name model and meter, each once: usage types, SKUs, names of meters,
-- descriptions. FOCUS files of the same clouds carry the same texts, so both are read by the same words.
{% set key = ['bill_source', 'provider_name', 'service', 'stated_model'] %}
with stated as (

    {%- for model, texts in [
        ('stg_aws__cur2', ['usage_type']),
        ('stg_gcp__billing', ['sku_name']),
        ('stg_azure__costs', ['meter_name']),
        ('stg_focus__costs', ['meter_text', 'sku_meter', 'charge_text']),
    ] %}
    {%- set outer = loop %}
    {%- for text in texts %}
    select
        {{ key | join(',\n        ') }},
        {{ text }} as meter_text
    from {{ ref(model) }}
    where {{ text }} is not null
    {{ 'union' if not (outer.last and loop.last) }}
    {%- endfor %}
    {%- endfor %}

),

services as (

    select * from {{ ref('bill_services') }}

),

aliases as (

    select * from {{ ref('provider_aliases') }}

),

placed as (

    select
        stated.*,
        coalesce(services.provider, aliases.provider) as provider,
        -- without the region: USE1-NovaLite-input-tokens, USE1-MP:USE1_InputTokenCount-Units, |us-east-1|
        {{ replace_all(
            "regexp_replace(meter_text, '^(EU|[A-Z]{2,4}[0-9])-(MP:(EU|[A-Z]{2,4}[0-9]*)_)?', '')",
            '[|][a-z-]+-[0-9][|]', ' '
        ) }} as bare_text
    from stated
    left join services
        on stated.bill_source = services.bill_source and stated.service = services.service
    left join aliases
        on
            stated.bill_source = 'focus_costs'
            and {{ without_legal_form('stated.provider_name') }} = aliases.alias

)

select
    {{ key | join(',\n    ') }},
    meter_text,
    provider,
    -- names of services say nothing; what is one thing is one word: 5 minutes, 1-hour, grounding with Google Search
    trim({{ replace_all(
        replace_all(
            replace_all(
                "regexp_replace(" ~ separate_words('bare_text') ~ ", '^(oci |oracle |cloud |vertex ai |azure |openai |"
                ~ "generative ai |model garden |model as a service |aws |amazon |bedrock |marketplace software )+', '')",
                '(^| )(grounding with |google |web )+search( |$)', ' websearch '
            ),
            '([0-9]) ?min(ute)?s?( |$)', '\\1m '
        ), '([0-9]) h(ou)?rs?( |$)', '\\1h '
    ) }}) as words
from placed
where provider is not null
