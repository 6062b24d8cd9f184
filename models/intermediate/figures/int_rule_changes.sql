{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns'
) }}

-- What seeds said before is known only from here: the rows that came, went or say something else since the last
-- build. A build that finds the seeds as they were adds nothing.
{% set rule = ['rule_kind', 'rule_name', 'rule_provider', 'rule_model', 'first_date', 'last_date'] %}
with rules as (

    select
        {{ rule | join(', ') }},
        cast(sum({{ hash_number('rule_text') }}) as decimal(38, 0)) as rules_number
    from {{ ref('int_rules') }}
    where rule_kind != 'none'
    group by {{ rule | join(', ') }}

),

{% if is_incremental() %}
noted as (

    select
        *,
        row_number() over (partition by {{ rule | join(', ') }} order by changed_at desc) as recency
    from {{ this }}

),

known as (

    select * from noted
    where recency = 1 and is_in_force

),

{% else %}
known as (

    select * from rules
    where false

),

{% endif %}
changes as (

    select
        {% for column in rule %}
        coalesce(rules.{{ column }}, known.{{ column }}) as {{ column }},
        {% endfor %}
        coalesce(rules.rules_number, known.rules_number) as rules_number,
        rules.rules_number is not null as is_in_force
    from rules
    full outer join known
        on {{ same_columns('rules', 'known', rule) }}
    where rules.rules_number is null or known.rules_number is null or rules.rules_number != known.rules_number

)

select
    *,
    {{ 'false' if is_incremental() else 'true' }} as is_first_noted,
    {{ seen_at() }} as changed_at
from changes
