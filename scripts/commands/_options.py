"""Options and kinds of values that several verbs share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

PATH = click.Path(path_type=Path)

wait = click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    show_default=True,
    help="While another run is writing, wait so long before giving up.",
)
everything = click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Make everything, also what would be made of the same code and seeds again.",
)
dbt_arguments = click.argument("dbt", nargs=-1, type=click.UNPROCESSED)


class Month(click.ParamType):
    """A month as written on the command line, 2026-07; its first day."""

    name = "month"

    def convert(self, value: object, param, ctx) -> date:
        """Parse; a click error names the value otherwise."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m").date()
        except ValueError:
            self.fail(f"{value!r} is not a month like 2026-07", param, ctx)


class Instant(click.ParamType):
    """An instant as written on the command line, in UTC where it names no zone; without zone."""

    name = "instant"

    def convert(self, value: object, param, ctx) -> datetime:
        """Parse; a click error names the value otherwise."""
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an instant like 2026-08-05T09:00", param, ctx)
        at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
        return at.replace(microsecond=0)
