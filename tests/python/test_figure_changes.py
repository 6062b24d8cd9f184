"""What every night published is kept as movements: their sum up to a night is what it showed.

Harm guarded against: "why is this not what I saw?" without an answer, or with a wrong one: a change
of price that is called late data, a part that nobody names, a night that was killed and counts
twice, a history that a full refresh takes along.

The oracle is a copy of the marts after each night, kept here; nothing of it is read from the
movements. The causes are worked out from the script alone.
"""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.python.project import Project, copy_project

pytestmark = pytest.mark.wide

CARD = "seeds/rate_cards/rate_card_prices.csv"
SELECT = (
    "+fct_figure_changes", "+fct_spend_daily", "+fct_chargeback_ledger",
    "+fct_chargeback_statements", "+fct_priced_requests", "resource_type:seed",
    "assert_movements_sum_to_the_figures", "assert_ledger_sums_to_what_was_priced",
    "--indirect-selection", "empty",
)  # fmt: skip
CAUSES = ("allocation", "restatement", "first_published", "unexplained")
IN, OUT = 1_000_000, 100_000
# at 2 and 8 dollars a million
ONE = Decimal("2.8")
SPEND = """
    select 'usage', usage_date, team_id, provider, billed_model, sum(cost_usd), sum(attempt_count)
    from marts.fct_spend_daily group by 2, 3, 4, 5
    union all
    select charge_type, usage_period, team_id, provider, billed_model, sum(amount_usd), 0
    from marts.fct_chargeback_ledger where charge_type != 'usage' group by 1, 2, 3, 4, 5
    having sum(amount_usd) != 0
"""
STATEMENTS = """
    select posting_period, team_id, cost_center_id, exact_total_usd
    from marts.fct_chargeback_statements where exact_total_usd != 0
"""


class Nights:
    """One company, night by night."""

    def __init__(self, folder: Path, postgres=None):
        self.root = copy_project(folder)
        self.project = Project(folder, folder / "landing", postgres, self.root)
        self.project.landing.mkdir()
        self.shown: dict[str, tuple[set, set]] = {}
        self._number = 0
        for meter, price in (("uncached_input", 2), ("output", 8)):
            self.price("list-a", meter, price, "2026-01-01 00:00:00")

    def append(self, seed: str, *lines: str) -> None:
        with (self.root / seed).open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def price(self, version: str, meter: str, price, start: str, model: str = "model-a") -> None:
        self.append(
            CARD,
            f"{version},openai,{model},{meter},standard,global,0,false,{price},1000000,"
            f"{start},,2026-01-01 00:00:00,effective,test",
        )

    def calls(self, file: str, day: int, *teams: str, model: str = "model-a", key=None) -> Path:
        """One call of each team on a day of September."""
        path = self.project.landing / "envelope_events" / file
        path.parent.mkdir(exist_ok=True)
        lines = []
        for team in teams:
            self._number += 1
            lines.append(
                {
                    "id": f"r{self._number}",
                    "timestamp": f"2026-09-{day:02d}T09:30:00Z",
                    "team": team,
                    "service": "svc",
                    "feature": "drafts",
                    "env": "production",
                    "provider": "openai",
                    "model": model,
                    "input_tokens": IN,
                    "output_tokens": OUT,
                }
            )
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path

    def night(self, name: str, *options: str) -> list[tuple]:
        """Load and build on the morning of a day; what it added. Keeps what the marts show."""
        self.at(name)
        self.project.load()
        return self.build(name, *options)

    def at(self, name: str) -> None:
        self.project.run_at(f"{name}T04:00:00Z")

    def build(self, name: str, *options: str) -> list[tuple]:
        before = self.count()
        self.project.dbt("build", "--select", *SELECT, *options)
        self.shown[name] = (
            set(self.project.rows(SPEND)),
            set(self.project.rows(STATEMENTS)),
        )
        added = self.project.rows(
            "select usage_date::varchar, team_id, billed_model, cause, change_usd, attempt_change, "
            "evidence, figure from marts.fct_figure_changes "
            f"where recorded_at = timestamp '{name} 04:00:00' order by 1, 2, 3, 4, 5"
        )
        assert self.count() == before + len(added)
        return added

    def count(self) -> int:
        found = self.project.rows(
            "select count(*) from information_schema.tables where table_name = 'figure_movements'"
        )
        if not found[0][0]:
            return 0
        return self.project.value("select count(*) from ops.figure_movements")


def told(movements: list[tuple]) -> list[tuple]:
    """Day, team, cause, change and attempts."""
    return [
        (day[8:], team, cause, Decimal(usd).normalize(), attempts)
        for day, team, _, cause, usd, attempts, _, _ in movements
    ]


def evidence(movements: list[tuple], cause: str) -> set[str]:
    return {row[6] for row in movements if row[3] == cause}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def nights(request, tmp_path_factory):
    postgres = request.getfixturevalue("new_database")() if request.param == "postgres" else None
    found = Nights(tmp_path_factory.mktemp("nights"), postgres)
    found.told = live(found)
    return found


def live(nights: Nights) -> dict[str, list[tuple]]:
    """What happens; the movements of each night by what happened."""
    said = {}
    nights.calls("0.jsonl", 1, "search", "growth")
    nights.calls("1.jsonl", 2, "search", "growth", "skunkworks")
    said["begin"] = nights.night("2026-10-01")
    nights.calls("late.jsonl", 1, "search")
    nights.calls("new.jsonl", 3, "search", "skunkworks")
    said["late"] = nights.night("2026-10-02")
    nights.price("list-b", "output", 18, "2026-09-02 00:00:00")
    # killed on its way, and begun again
    nights.at("2026-10-03")
    nights.project.dbt("build", "--select", *SELECT, "--exclude", "int_night_movements+")
    said["price"] = nights.night("2026-10-03")
    # by hand, from what lies there still
    before = nights.count()
    nights.project.dbt("run", "--select", "int_night_movements")
    steps = ("int_figure_steps", "int_figure_parts", "int_night_movements")
    nights.project.dbt("run", "--select", *steps)
    assert nights.count() == before
    aliases = nights.root / "seeds/organization/team_aliases.csv"
    nights.append("seeds/organization/team_aliases.csv", "skunkworks,search,2024-01-01,")
    cost(nights, "estimate", "100")
    said["owner"] = nights.night("2026-10-04")
    # on one day at once: a late file, another price, another owner; and an invoice
    nights.calls("late2.jsonl", 2, "growth")
    nights.price("list-c", "uncached_input", 3, "2026-09-02 00:00:00")
    aliases.write_text(aliases.read_text().replace("skunkworks,search", "skunkworks,support"))
    cost(nights, "invoiced", "120")
    nights.append(
        "seeds/policy/chargeback_adjustments.csv",
        "dispute-1,2026-09-01,growth,cc-5100,-1.5,dispute,ticket 7,Ann,Bob,2026-10-05 00:00:00,",
    )
    said["all at once"] = nights.night("2026-10-05")
    bill(nights, "20261003T060000Z", "1.00")
    bill(nights, "20261005T060000Z", "1.50")
    nights.append("seeds/policy/fx_rates.csv", "EUR,2026-09-30,1.250000000,test")
    said["restated bill and currency"] = nights.night("2026-10-06")
    nights.project.ai_cost("unload", "envelope_events/late.jsonl")
    (nights.project.landing / "envelope_events" / "late.jsonl").unlink()
    said["unloaded"] = nights.night("2026-10-07", "--full-refresh")
    return said


def cost(nights: Nights, status: str, usd: str) -> None:
    seed = "seeds/policy/shared_costs.csv"
    number = len((nights.root / seed).read_text().splitlines())
    nights.append(
        seed,
        f"servers,2026-10-01 00:00:{number:02d},gateway-infrastructure,2026-09-01,cost,{status},"
        f"{usd},hoster,,,,,,",
    )


def bill(nights: Nights, pulled: str, amount: str) -> None:
    """The provider's bill of three days."""
    start = 1788220800  # 2026-09-01
    data = [
        {
            "object": "bucket",
            "start_time": start + day * 86_400,
            "end_time": start + day * 86_400 + 86_400,
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": amount, "currency": "usd"},
                    "line_item": "model-a, input",
                }
            ],
        }
        for day in range(3)
    ]
    path = nights.project.landing / "openai_costs" / "account=default" / f"{pulled}-09.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    page = {"object": "page", "data": data, "has_more": False, "next_page": None}
    path.write_text(json.dumps(page))


def test_the_first_night_begins_the_record_and_says_so(nights):
    first = nights.told["begin"]
    assert {row[3] for row in first} == {"first_published"}
    assert evidence(first, "first_published") == {"the record begins with this night"}
    assert sum(row[4] for row in first) == 5 * ONE


def test_a_night_that_moves_nothing_writes_nothing(nights):
    """A bill that is restated is a variance, and a rate of exchange moves no dollar."""
    assert nights.told["restated bill and currency"] == []


def test_late_data_is_told_from_a_new_day_and_names_its_file(nights):
    found = nights.told["late"]
    assert told(found) == [
        ("01", "search", "late_data", ONE, 1),
        ("03", "search", "first_published", ONE, 1),
        ("03", "skunkworks", "first_published", ONE, 1),
    ]
    assert evidence(found, "late_data") == {"envelope_events/late.jsonl"}


def test_a_price_moves_what_it_holds_on_and_names_its_row(nights):
    found = nights.told["price"]
    more = Decimal(1)
    assert told(found) == [
        ("02", "growth", "price", more, 0),
        ("02", "search", "price", more, 0),
        ("02", "skunkworks", "price", more, 0),
        ("03", "search", "price", more, 0),
        ("03", "skunkworks", "price", more, 0),
    ]
    assert all("list-b" in text for text in evidence(found, "price"))


def test_a_move_of_owner_earns_nothing_and_names_its_row(nights):
    found = [row for row in nights.told["owner"] if row[7] == "usage"]
    one = Decimal("3.8")
    assert told(found) == [
        ("02", "search", "owner", one, 1),
        ("02", "skunkworks", "owner", -one, -1),
        ("03", "search", "owner", one, 1),
        ("03", "skunkworks", "owner", -one, -1),
    ]
    assert all(
        text.startswith("team_aliases: skunkworks search") for text in evidence(found, "owner")
    )


def test_three_changes_of_one_day_are_told_apart(nights):
    """Price before owner, and what came late last, at the price of today."""
    found = [
        row for row in nights.told["all at once"] if row[:1] + row[7:] == ("2026-09-02", "usage")
    ]
    new = Decimal("4.8")
    assert told(found) == [
        ("02", "growth", "late_data", new, 1),
        ("02", "growth", "price", Decimal(1), 0),
        ("02", "search", "owner", -new, -1),
        ("02", "search", "price", Decimal(2), 0),
        ("02", "support", "owner", new, 1),
    ]
    assert evidence(found, "late_data") == {"envelope_events/late2.jsonl"}
    assert all("list-c" in text for text in evidence(found, "price"))


def test_shared_costs_move_by_their_row_and_by_their_shares(nights):
    first, second = (
        [row for row in nights.told[night] if row[7] == "shared"]
        for night in ("owner", "all at once")
    )
    assert {row[3] for row in first} == {"first_published"}
    assert sum(row[4] for row in first) == 100
    parts = {cause: sum(row[4] for row in second if row[3] == cause) for cause in CAUSES}
    assert {cause: part for cause, part in parts.items() if part} == {"restatement": 20}
    assert {row[3] for row in second} == {"allocation", "restatement"}
    assert all("invoiced" in text for text in evidence(second, "restatement"))
    # the usage of a file that is gone drove the shares
    gone = [row for row in nights.told["unloaded"] if row[7] == "shared"]
    assert {row[3] for row in gone} == {"allocation"} and sum(row[4] for row in gone) == 0


def test_an_adjustment_by_hand_is_a_correction_and_names_who_approved_it(nights):
    (found,) = [row for row in nights.told["all at once"] if row[7] == "manual"]
    assert (found[1], found[3], found[4]) == ("growth", "correction", Decimal("-1.5"))
    assert "dispute-1" in found[6] and "Bob" in found[6]


def test_records_that_are_gone_are_a_withdrawal(nights):
    """In a night that builds all again: what was on record stays (the sums below)."""
    found = [row for row in nights.told["unloaded"] if row[7] == "usage"]
    assert told(found) == [("01", "search", "withdrawal", -ONE, -1)]


def test_nothing_is_left_unexplained(nights):
    causes = nights.project.rows("select distinct cause from marts.fct_figure_changes")
    assert ("unexplained",) not in causes


def test_the_sum_up_to_a_night_is_what_it_showed(nights):
    for name, (spend, statements) in nights.shown.items():
        until = f"recorded_at <= timestamp '{name} 04:00:00'"
        found = nights.project.rows(
            "select figure, usage_date, team_id, provider, billed_model, sum(change_usd), "
            f"sum(attempt_change) from marts.fct_figure_changes where {until} "
            "group by 1, 2, 3, 4, 5 having sum(change_usd) != 0 or sum(attempt_change) != 0"
        )
        assert set(found) == spend, name
        found = nights.project.rows(
            "select statement_period, team_id, cost_center_id, sum(change_usd) "
            f"from marts.fct_figure_changes where {until} group by 1, 2, 3 "
            "having sum(change_usd) != 0"
        )
        assert set(found) == statements, name


def test_the_macro_asks_as_of_a_night(nights):
    """The day of a night counts to its end, and no night means all."""
    file = nights.project.target / "compiled/ai_cost/analyses/spend_as_of_night.sql"
    for name in ("2026-10-02", "2026-10-04"):
        nights.project.dbt(
            "compile", "--select", "spend_as_of_night", "--vars", f"as_of_night: {name}"
        )
        shown = {row[1:6] for row in nights.shown[name][0] if row[0] == "usage"}
        found = nights.project.rows(file.read_text())
        assert {row[:5] for row in found if row[4]} == shown
        assert sum(row[6] for row in found) != 0
