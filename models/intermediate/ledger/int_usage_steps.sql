-- Usage of closed months after each cause: what was posted, at the rates of today, with the owners of today. What came
-- after the close is left out of both; it is what remains to the amount of today.
with differences as (

    select * from {{ ref('int_charge_differences') }}
    where charge_type = 'usage'

),

{{ usage_steps('usage_period') }}

select
    {{ usage_step_columns() }}
from re_rated
