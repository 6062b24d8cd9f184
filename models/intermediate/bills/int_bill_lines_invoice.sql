-- The lines of invoices. The amount due is no line; it is what they must add up to.
select * from {{ ref('stg_invoice__lines') }}
where coalesce(charge_type, '') != 'total'
