-- Every line of every pull of every provider's bill in one shape. Nothing is guessed: a token class
-- that bill_line_meters does not list keeps its money under the meter «unmapped».
with openai as (

    select
        'openai' as provider,
        usage_date,
        model_name,
        token_class,
        service_tier,
        amount_usd,
        currency,
        case when quantity_unit = 'tokens' then quantity end as quantity,
        project_id as sub_account_id,
        api_key_id as credential_id,
        line_item as description,
        batch_id,
        source_file,
        line_number,
        record_number
    from {{ ref('stg_openai__costs') }}

),

anthropic as (

    select
        'anthropic' as provider,
        usage_date,
        model_name,
        token_class,
        service_tier,
        amount_usd,
        currency,
        cast(null as {{ money_type() }}) as quantity,
        workspace_id as sub_account_id,
        cast(null as {{ dbt.type_string() }}) as credential_id,
        description,
        batch_id,
        source_file,
        line_number,
        record_number
    from {{ ref('stg_anthropic__cost_report') }}

)

select * from openai
union all
select * from anthropic
