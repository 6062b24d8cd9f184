-- What a provider is called, for people: the vendor's own spelling, else the word of every other mart.
select
    provider,
    coalesce(nullif(trim(provider_name), ''), provider) as provider_name,
    provider_kind
from {{ ref('providers') }}
