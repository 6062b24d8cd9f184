-- Whose bill a line is on. A cloud's bill speaks of much else: only its services that bill_services
-- lists are AI, and the rest has no provider here. An account counts under its own name when the path of
-- the file or credential_owners names it, since the gateways' side knows no other; else as "default".
with lines as (

    select
        *,
        {{ without_legal_form('provider_name') }} as biller_name
    from {{ ref('int_bill_lines_unioned') }}

),

files as (

    select * from {{ ref('stg_loader__files') }}

),

aliases as (

    select * from {{ ref('provider_aliases') }}

),

services as (

    select * from {{ ref('bill_services') }}

),

clouds as (

    select distinct provider from {{ ref('bill_services') }}

),

known_accounts as (

    select distinct billing_account_id from {{ ref('int_credential_owners') }}

)

select
    lines.*,
    coalesce(
        services.provider,
        case when clouds.provider is null then coalesce(aliases.provider, lines.biller_name) end
    ) as provider,
    coalesce(aliases.provider, lines.biller_name) as billed_by,
    coalesce(files.billing_account_id, known_accounts.billing_account_id, 'default') as billing_account_id,
    files.pulled_at
from lines
inner join files
    on lines.batch_id = files.batch_id
left join aliases
    on lines.biller_name = aliases.alias
left join services
    on lines.bill_source = services.bill_source and lines.service = services.service
left join clouds
    on aliases.provider = clouds.provider
left join known_accounts
    on lines.stated_account_id = known_accounts.billing_account_id
