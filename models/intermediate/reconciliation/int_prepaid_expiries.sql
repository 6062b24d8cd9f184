-- What expired unused. Use draws on the credits that expire first, so what is left of all that expires up to a day is
-- what they bought less all use before that day; what expired earlier is gone already.
with bought as (

    select
        provider,
        billing_account_id,
        expires_on,
        sum(amount_usd) as amount_usd
    from {{ ref('prepaid_credits') }}
    where expires_on is not null
    group by 1, 2, 3

),

bought_so_far as (

    select
        provider,
        billing_account_id,
        expires_on,
        sum(amount_usd) over (partition by provider, billing_account_id order by expires_on) as bought_usd
    from bought

),

draws as (

    select * from {{ ref('int_prepaid_draws') }}

),

left_over as (

    select
        bought_so_far.provider,
        bought_so_far.billing_account_id,
        bought_so_far.expires_on,
        greatest(max(bought_so_far.bought_usd) - coalesce(sum(draws.drawn_usd), 0), 0) as left_over_usd
    from bought_so_far
    left join draws
        on
            bought_so_far.provider = draws.provider
            and bought_so_far.billing_account_id = draws.billing_account_id
            and bought_so_far.expires_on > draws.usage_date
    group by 1, 2, 3

),

expired as (

    select
        *,
        max(left_over_usd) over (partition by provider, billing_account_id order by expires_on) as expired_so_far_usd
    from left_over

)

select
    provider,
    billing_account_id,
    expires_on,
    cast(
        expired_so_far_usd
        - coalesce(lag(expired_so_far_usd) over (partition by provider, billing_account_id order by expires_on), 0)
        as {{ money_type() }}
    ) as expired_usd
from expired
