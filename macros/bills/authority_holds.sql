{# Whether a row of int_bill_authority, joined as `authority`, is the rule for a source of lines on a day. #}
{% macro authority_holds(lines, day, source='bill_source') -%}
    {{ lines }}.provider = authority.provider
            and {{ lines }}.{{ source }} = authority.bill_source
            and {{ lines }}.{{ day }} >= authority.valid_from
            and {{ lines }}.{{ day }} < authority.valid_to
{%- endmacro %}
