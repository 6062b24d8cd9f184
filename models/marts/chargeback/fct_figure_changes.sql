{{ config(materialized='view') }}

-- The movements are kept outside of all models; this night's are among them once its model has run.
-- depends_on: {{ ref('int_night_movements') }}
select
    recorded_at,
    figure,
    usage_date,
    usage_period,
    statement_period,
    source_ref,
    team_id,
    cost_center_id,
    service_name,
    feature,
    environment,
    provider,
    billed_model,
    cause,
    change_usd,
    attempt_change,
    unpriced_change,
    evidence,
    night_id
from {{ ref('stg_ops__figure_movements') }}
