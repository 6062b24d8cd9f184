{# What kind of service a charge is for, in the words of FOCUS: servers and stored traces of our own are no model calls. #}
{% macro focus_service_category() -%}
    case pool_kind
        when 'gateway_infrastructure' then 'Compute'
        when 'observability' then 'Management and Governance'
        else 'AI and Machine Learning'
    end
{%- endmacro %}

{% macro focus_service_subcategory() -%}
    case pool_kind
        when 'gateway_infrastructure' then 'Other (Compute)'
        when 'observability' then 'Observability'
        else 'Generative AI'
    end
{%- endmacro %}
