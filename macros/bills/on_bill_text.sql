{# Joins a line of a bill to what int_bill_words says of one of its texts. #}
{% macro on_bill_text(lines, words, text) -%}
    {{ lines }}.bill_source = {{ words }}.bill_source
            and {{ lines }}.provider_name = {{ words }}.provider_name
            and {{ lines }}.service = {{ words }}.service
            and {{ lines }}.stated_model = {{ words }}.stated_model
            and {{ lines }}.{{ text }} = {{ words }}.meter_text
{%- endmacro %}
