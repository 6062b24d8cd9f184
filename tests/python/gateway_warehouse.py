"""A warehouse of gateway logs in a copy of the project, whose seeds a test may add to."""

import shutil
from pathlib import Path

from tests.python.gateway_lessons import write_landing
from tests.python.project import Project

FIXTURES = Path(__file__).parent / "fixtures" / "gateways"
_ARN = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/lesson20"
_SEED_ROWS = {
    "seeds/rate_cards/model_aliases.csv": [
        "azure,search-prod-deployment,gpt-5.4,2026-03-05 00:00:00,,a test's deployment",
        f"bedrock,{_ARN},claude-sonnet-4-5,2025-09-29 00:00:00,,a test's inference profile",
    ],
}
_PRICE = (
    "list-{day},openai,gpt-5.4,uncached_input,standard,global,0,false,{price},1000000,"
    "{start} 00:00:00,{end},{day} 00:00:00,effective,a test's price"
)
# The next night: a price that starts later, and a contract's price from a day that was built.
_LATER_ROWS = {
    "seeds/rate_cards/rate_card_prices.csv": [
        _PRICE.format(day="2026-11-22", price="9", start="2026-11-20", end=""),
        _PRICE.format(day="2026-11-22", price="1", start="2026-11-09", end="2026-11-10 00:00:00"),
    ],
}


class GatewayWarehouse(Project):
    """The fixtures of all gateways and the lessons' own lines, built in New York's time zone."""

    def __init__(self, folder: Path, postgres: dict | None = None):
        landing = folder / "landing"
        super().__init__(folder, landing, postgres)
        self._environment |= {"AI_COST_USER_KEY": "a key of the tests", "TZ": "America/New_York"}
        self.add_rows(_SEED_ROWS)
        shutil.copytree(FIXTURES, landing, ignore=shutil.ignore_patterns("*.csv.md"))
        (landing / "expected_normalised.composed.csv").unlink()
        write_landing(landing)

    def add_rows(self, rows: dict[str, list[str]]) -> None:
        for name, lines in rows.items():
            with (self.root / name).open("a", encoding="utf-8") as seed:
                seed.write("".join(line + "\n" for line in lines))

    def next_night(self, folder: Path) -> "GatewayWarehouse":
        """A copy with other seeds, built again."""
        copy = GatewayWarehouse(folder)
        for file in (self.warehouse, self.known):
            shutil.copy(file, folder)
        copy.add_rows(_LATER_ROWS)
        teams = copy.root / "seeds/organization/teams.csv"
        kept = [line for line in teams.read_text().splitlines() if not line.startswith("support,")]
        teams.write_text("\n".join(kept) + "\n")
        copy.dbt("seed")
        copy.dbt("run", "--select", "+fct_spend_daily")
        return copy

    def records(self, sql: str, *values) -> list[dict]:
        """Rows by name, of DuckDB alone."""
        with self.reading() as connection:
            found = connection.execute(sql, list(values))
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def lesson(self, number: int) -> list[dict]:
        """The priced rows of a lesson: its lines are tagged with it."""
        return self.records(
            "select * from marts.fct_priced_requests where feature = ? "
            "order by usage_at, source_system, line_number, iteration_number",
            f"lesson-{number:02}",
        )

    def spend(self, number: int) -> dict:
        """The lesson's day of spend, all teams and models together."""
        return self.records(
            "select sum(cost_usd) as cost_usd, sum(request_count) as request_count, "
            "sum(attempt_count) as attempt_count, sum(unpriced_count) as unpriced_count "
            "from marts.fct_spend_daily where feature = ?",
            f"lesson-{number:02}",
        )[0]
