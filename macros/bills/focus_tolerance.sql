{# The tolerance of FOCUS 1.4 between an invoice and the rows behind it, in USD, for use after both are
   summed: max(100 x subunit, sqrt(rows) x 0.5 x subunit). Rows: up to a million million. #}

{# The figure itself, the root cut after three decimals; to be shown, not to be compared with. #}
{% macro focus_tolerance_usd(row_count) -%}
    cast(
        greatest(1.00, cast({{ whole_root(row_count ~ ' * 1000000') }} as decimal(12, 0)) * 0.000005)
        as {{ money_type() }}
    )
{%- endmacro %}

{# Whether a variance is within it, exactly: no root is drawn, since |v| <= sqrt(n) x 0.5 x subunit is
   v x v <= n x 0.25 in subunits. No tolerance is above 5,000 USD; what is larger is cut, so that the
   square stays within 38 digits. #}
{% macro is_within_focus_tolerance(variance_usd, row_count) -%}
    {%- set cents -%} cast(least(abs({{ variance_usd }}), 5001) * 100 as decimal(19, 13)) {%- endset -%}
    (
        abs({{ variance_usd }}) <= 1
        or {{ cents }} * {{ cents }} <= cast({{ row_count }} as decimal(13, 0)) * 0.25
    )
{%- endmacro %}

{# The whole part of a square root. The engine's root is a double, off by one at most near a square. #}
{% macro whole_root(number) -%}
    {%- set root -%} cast(floor(sqrt({{ number }})) as bigint) {%- endset -%}
    case
        when {{ root }} * {{ root }} > {{ number }} then {{ root }} - 1
        when ({{ root }} + 1) * ({{ root }} + 1) <= {{ number }} then {{ root }} + 1
        else {{ root }}
    end
{%- endmacro %}

{# The categories of a bill's lines, but for usage. #}
{% macro charge_categories() -%}
    {{ return(['discount', 'credit', 'tax', 'fee', 'seat', 'rounding', 'prepaid', 'refund', 'adjustment', 'commitment',
        'unlisted']) }}
{%- endmacro %}
