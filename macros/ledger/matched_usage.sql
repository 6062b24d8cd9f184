{# Where attempts that an owner has less of are: with another model of the same owner (`owner`: only the price is
   another), with another owner of the same usage, of the same model, or of the month (`usage`, `model`, `month`: they
   moved). Each in turn within a `period`, among what no step before explains, and only where the attempts sum to zero.
   `unknown` is what none explains. Two CTEs at the least; the last is `matched`, with match_kind and match_ref. #}
{% macro matched_usage(relation, period) -%}
    {%- set owner = ['team_id', 'cost_center_id', 'service_name', 'feature', 'environment'] -%}
    {%- set steps = [
        ('owner', owner),
        ('usage', ['service_name', 'feature', 'environment', 'provider', 'billed_model']),
        ('owner', owner),
        ('model', ['provider', 'billed_model']),
        ('month', []),
    ] -%}
matched_0 as (

    select
        *,
        case when rest_attempts = 0 then 'owner' end as kind_0
    from {{ relation }}

),
{% for kind, columns in steps %}
matched_{{ loop.index }} as (

    select
        *,
        case
            when kind_{{ loop.index0 }} is not null then kind_{{ loop.index0 }}
            when sum(case when kind_{{ loop.index0 }} is null then rest_attempts else 0 end) over (
                partition by {{ ([period] + columns) | join(', ') }}
            ) = 0 then '{{ kind }}'
        end as kind_{{ loop.index }}
    from matched_{{ loop.index0 }}

),
{% endfor %}
matched as (

    select
        *,
        coalesce(kind_{{ steps | length }}, 'unknown') as match_kind,
        case kind_{{ steps | length }}
            when 'usage' then {{ row_text(steps[1][1]) }}
            when 'model' then {{ row_text(steps[3][1]) }}
            else ''
        end as match_ref
    from matched_{{ steps | length }}

)
{%- endmacro %}

{# By what a change of price is shared among those who had the usage: what was posted, in millionths of a dollar,
   rounded up so that the least takes part. #}
{% macro posted_weight() -%}
    cast(ceil(abs(posted_usd) * cast(1000000 as decimal(7, 0))) as decimal(18, 0))
{%- endmacro %}
