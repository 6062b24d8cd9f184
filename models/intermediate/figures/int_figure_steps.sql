-- The same steps as in the ledger (int_usage_steps), within a day: the usage as it was shown, at the rates of today,
-- with the owners of today. What remains came late, or is gone.
with differences as (

    select * from {{ ref('int_figure_differences') }}

),

{{ usage_steps('usage_date') }}

select
    {{ usage_step_columns() }}
from re_rated
