{# A row in which a person decided on money, in the shape that all such rows have (int_signed_decisions). The hash is of
   the figures decided on: another figure under the same name has another hash. Of rows with the same `replaced_by`
   columns only the last one recorded is in force. #}
{% macro decision_of(
    relation, kind, key, figures, period, decision='reason', amount='amount_usd', prepared='prepared_by',
    approved='approved_by', decided_at='approved_at', until=none, replaced_by=none
) -%}
    select
        '{{ kind }}' as approval_kind,
        {{ row_name(key) }} as subject,
        {{ period }} as usage_period,
        {{ until or months_after(period, 1) }} as until_period,
        {{ decision }} as decision,
        cast({{ amount }} as {{ money_type() }}) as amount_usd,
        {{ prepared }} as prepared_by,
        {{ approved }} as approved_by,
        {{ decided_at }} as decided_at,
        {% if replaced_by -%}
        row_number() over (partition by {{ replaced_by | join(', ') }} order by recorded_at desc) = 1
        {%- else -%} true {%- endif %} as is_in_force,
        md5({{ row_text(figures) }}) as figures_hash
    from {{ relation }}
{%- endmacro %}
