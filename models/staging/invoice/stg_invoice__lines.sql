with source as (

    select * from {{ source('invoice', 'generic_invoice_lines') }}

),

renamed as (

    select
        'generic_invoice_lines' as bill_source,
        invoice_issuer as provider_name,
        billing_account_id as stated_account_id,

        ---------- which
        invoice_id,
        invoice_id as replaced_scope,
        invoice_date,
        nullif(reference_invoice_id, invoice_id) as reference_invoice_id,
        billing_period_start_date,
        billing_period_end_date,
        line_no,

        ---------- money
        {{ text_to_money('amount_unrounded') }} as amount_unrounded,
        {{ text_to_money('amount') }} as amount,
        upper(currency) as currency,
        {{ text_to_money('quantity') }} as billed_quantity,
        lower(unit) as billed_unit,
        -- a total that does not say what it is would double the invoice
        case
            when line_type is not null then lower(line_type)
            when {{ says_total('description') }} then 'total'
        end as charge_type,

        ---------- what for
        description,
        -- what a cloud's invoice says of a line is all that tells AI from the rest
        lower(description) as service,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
