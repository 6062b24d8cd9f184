"""The night as an Airflow 3 DAG: docs/schedules.md.

One task: the steps belong together under one lock. A retry does no harm, and missed nights need no
runs of their own, because a night takes whatever is there.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag


@dag(schedule="15 3 * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1)
def ai_cost():
    """The whole night."""
    BashOperator(
        task_id="nightly",
        cwd="/srv/ai-cost",
        bash_command="set -a && . ./night.env && set +a && bin/ai-cost nightly --wait 3600",
        retries=2,
        retry_delay=timedelta(minutes=10),
        execution_timeout=timedelta(hours=4),
    )


ai_cost()
