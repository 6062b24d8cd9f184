"""The night as a Dagster job with a schedule: docs/schedules.md.

One op: the steps belong together under one lock. A retry does no harm.
"""

import subprocess

from dagster import Definitions, OpExecutionContext, RetryPolicy, ScheduleDefinition, job, op

NIGHT = (
    "cd /srv/ai-cost && set -a && . ./night.env && set +a && exec bin/ai-cost nightly --wait 3600"
)


@op(retry_policy=RetryPolicy(max_retries=2, delay=600))
def nightly(context: OpExecutionContext) -> None:
    """The whole night; what it says goes into Dagster's log."""
    with subprocess.Popen(
        ["bash", "-c", NIGHT], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout:
            context.log.info(line.rstrip())
    if process.returncode:
        raise RuntimeError(f"the night ended with {process.returncode}: see the log above")


@job
def ai_cost():
    """All of it."""
    nightly()


definitions = Definitions(
    jobs=[ai_cost], schedules=[ScheduleDefinition(job=ai_cost, cron_schedule="15 3 * * *")]
)
