-- The quantity ties, but not tier by tier: the provider bills another service tier than our record has. A bill without
-- quantities (Anthropic's) says so by the tier on its lines.
with lines as (

    select * from {{ ref('int_reconciliation_judged') }}
    where variance_usd != 0 and coalesce(provider_quantity, gateway_quantity) = gateway_quantity

),

tier_names as (

    select * from {{ ref('int_service_tier_names') }}

),

theirs as (

    select
        {% for key in line_keys() %}
        bill_lines.{{ key }},
        {% endfor %}
        coalesce(tier_names.service_tier, bill_lines.service_tier, 'standard') as service_tier,
        sum(bill_lines.quantity) as provider_quantity,
        cast(sum(bill_lines.amount_usd) as {{ money_type() }}) as billed_usd
    from {{ ref('int_bill_lines_by_category') }} as bill_lines
    left join tier_names
        on
            bill_lines.provider = tier_names.provider
            and bill_lines.service_tier = tier_names.alias
    where bill_lines.quantity is not null or bill_lines.service_tier is not null
    group by 1, 2, 3, 4, 5, 6

),

ours as (

    select
        {{ line_keys() | join(', ') }},
        service_tier,
        sum(gateway_quantity) as gateway_quantity
    from {{ ref('int_gateway_meters_daily') }}
    -- of days that no bill speaks of there is nothing to compare
    where is_counted and usage_date in (select theirs.usage_date from theirs)
    group by 1, 2, 3, 4, 5, 6

),

-- the tier of which the provider bills most above our record
moved as (

    select
        {% for key in line_keys() %}
        theirs.{{ key }},
        {% endfor %}
        theirs.service_tier,
        theirs.provider_quantity - coalesce(ours.gateway_quantity, 0) as moved_quantity,
        case when theirs.provider_quantity is null and ours.gateway_quantity is null then theirs.billed_usd end
            as moved_usd,
        row_number() over (
            partition by
                {{ line_keys_of('theirs') }}
            order by
                theirs.provider_quantity - coalesce(ours.gateway_quantity, 0) desc nulls last,
                case when ours.gateway_quantity is null then theirs.billed_usd end desc nulls last,
                theirs.service_tier
        ) as rank_in_line
    from theirs
    left join ours
        on
            {{ same_line('theirs', 'ours') }}
            and theirs.service_tier = ours.service_tier

)

select
    {% for key in line_keys() %}
    lines.{{ key }},
    {% endfor %}
    'tier_or_batch' as reason_code,
    case
        when moved.moved_quantity > 0
            then 'the quantity ties, but ' || {{ quantity_text('moved.moved_quantity') }} || ' of it is billed as '
        else {{ usd_text('moved.moved_usd') }} || ' USD are billed as '
    end
    || moved.service_tier || ' that is another tier in our record' as reason_evidence
from lines
inner join moved
    on {{ same_line('lines', 'moved') }}
where moved.rank_in_line = 1 and (moved.moved_quantity > 0 or moved.moved_usd > 0)
