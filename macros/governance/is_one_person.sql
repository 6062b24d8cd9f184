{# Whether two names are of one person, or one of them is missing: whoever prepares never approves. Capitals and
   spaces make no other person. #}
{% macro is_one_person(prepared_by, approved_by) -%}
    (
        {{ folded_name(prepared_by) }} = {{ folded_name(approved_by) }}
        or {{ folded_name(prepared_by) }} = '' or {{ folded_name(approved_by) }} = ''
    )
{%- endmacro %}

{# The same name however it is typed. Without any space, because a doubled one is hard to see. #}
{% macro folded_name(column) -%}
    {%- set text = "lower(trim(coalesce(" ~ column ~ ", '')))" -%}
    {{ return("replace(" ~ text ~ ", ' ', '')") }}
{%- endmacro %}
