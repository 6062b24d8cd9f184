-- Purchases, draws and expiries, added up day by day. A day on which nothing moved may have a balance that was stated.
{% set so_far = 'over (partition by provider, billing_account_id order by balance_date)' %}
{% set amounts = ['purchased_usd', 'drawn_usd', 'expired_usd'] %}
{% set counts = ['estimated_day_count', 'unknown_count'] %}
with movements as (

    {% for relation, day, own in [
        ('prepaid_credits', 'purchased_on', {'purchased_usd': 'amount_usd'}),
        ('int_prepaid_draws', 'usage_date', {
            'drawn_usd': 'drawn_usd', 'unknown_count': 'unknown_count',
            'estimated_day_count': 'case when is_estimated then 1 else 0 end',
        }),
        ('int_prepaid_expiries', 'expires_on', {'expired_usd': 'expired_usd'}),
        ('prepaid_balances', 'balance_date', {}),
    ] %}
    select
        provider,
        billing_account_id,
        {% for column in amounts %}
        cast({{ own.get(column, '0') }} as {{ money_type() }}) as {{ column }},
        {% endfor %}
        {% for column in counts %}
        cast({{ own.get(column, '0') }} as bigint) as {{ column }},
        {% endfor %}
        {{ day }} as balance_date
    from {{ ref(relation) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

days as (

    select
        provider,
        billing_account_id,
        {% for column in amounts + counts %}
        sum({{ column }}) as {{ column }},
        {% endfor %}
        balance_date
    from movements
    where balance_date <= {{ run_date() }}
    group by provider, billing_account_id, balance_date

),

running as (

    select
        *,
        sum(purchased_usd - drawn_usd - expired_usd) {{ so_far }} as balance_usd,
        sum(unknown_count) {{ so_far }} as unknown_so_far,
        sum(estimated_day_count) {{ so_far }} as estimated_so_far
    from days

),

stated as (

    select
        running.*,
        case when running.unknown_so_far = 0 then running.balance_usd end as closing_usd,
        statements.balance_usd as stated_usd
    from running
    left join {{ ref('prepaid_balances') }} as statements
        on
            running.provider = statements.provider
            and running.billing_account_id = statements.billing_account_id
            and running.balance_date = statements.balance_date

)

select
    provider,
    billing_account_id,
    balance_date,
    cast(closing_usd - purchased_usd + drawn_usd + expired_usd as {{ money_type() }}) as opening_usd,
    cast(purchased_usd as {{ money_type() }}) as purchased_usd,
    cast(drawn_usd as {{ money_type() }}) as drawn_usd,
    cast(expired_usd as {{ money_type() }}) as expired_usd,
    cast(closing_usd as {{ money_type() }}) as closing_usd,
    cast(estimated_so_far as bigint) as estimated_day_count,
    cast(unknown_so_far as bigint) as unknown_count,
    cast(stated_usd as {{ money_type() }}) as stated_usd,
    cast(closing_usd - stated_usd as {{ money_type() }}) as difference_usd,
    case
        when closing_usd is null then 'unknown'
        when closing_usd < 0 then 'below_zero'
        when stated_usd is null then 'not_stated'
        when abs(closing_usd - stated_usd) < {{ a_cent() }} then 'ties'
        when estimated_so_far > 0 then 'provisional'
        else 'does_not_tie'
    end as balance_status
from stated
