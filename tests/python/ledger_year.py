"""A scripted year of an invented company: months that are closed, and everything that moves later.

The expectation is worked out here from the script alone, in Fraction: which team used what at which
price, as known at each close. Nothing of it is read from the warehouse.
"""

import csv
import json
import random
import sys
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

from scripts.accounting.entries import as_csv, columns
from tests.python.project import Project, copy_project

PYTHON = sys.executable
YEAR = 2025
INPUT, OUTPUT = Fraction(2, 10**6), Fraction(8, 10**6)
CARD = "seeds/rate_cards/rate_card_prices.csv"
CENTERS = {"support": "cc-4100", "search": "cc-4200", "growth": "cc-5100"}
# Only what the ledger needs; of the tests only the identities.
SELECT = (
    "@int_ledger_entries", "+fct_reconciliation_daily", "+fct_reconciliation_totals",
    "close_limits", "fct_priced_requests", "fct_approvals",
    "resource_type:seed",
    "assert_ledger_sums_to_what_was_priced", "assert_statements_sum_to_the_ledger",
    "assert_allocated_parts_sum_to_the_pool", "assert_closed_periods_are_posted",
    "--indirect-selection", "empty",
)  # fmt: skip


def first(month: int) -> date:
    """The first day of a month of the year; 13 is January of the next."""
    return date(YEAR + (month - 1) // 12, (month - 1) % 12 + 1, 1)


@dataclass(frozen=True)
class Request:
    """One request: everything a charge depends on but the price and the organisation."""

    number: int
    month: int
    day: int
    team: str
    input_tokens: int
    output_tokens: int

    def line(self) -> str:
        """The request as a log line of the plain envelope."""
        return json.dumps(
            {
                "id": f"r{self.number}",
                "timestamp": f"{first(self.month):%Y-%m}-{self.day:02d}T09:30:00Z",
                "team": self.team,
                "service": f"{self.team}-svc",
                "feature": "drafts",
                "env": "production",
                "provider": "openai",
                "model": "ledger-model",
                "input_tokens": self.input_tokens,
                "output_tokens": self.output_tokens,
            }
        )


class Year:
    """One run of the script on one warehouse; a month takes `nights` deliveries and builds."""

    def __init__(self, folder: Path, postgres=None, nights: int = 1, shuffle=None, refresh=False):
        folder.mkdir(parents=True, exist_ok=True)
        self.root = copy_project(folder)
        self.project = Project(folder, folder / "landing", postgres, self.root)
        self.nights, self.shuffle, self.refresh = nights, shuffle, refresh
        self.requests: list[Request] = []
        self.output_prices: dict[tuple[int, int, int], Fraction] = {}
        self.owners = {team: (team, center) for team, center in CENTERS.items()}
        self.owners |= {"skunkworks": ("skunkworks", "none")}
        self.closed: dict[int, bytes] = {}
        self._waiting: list[tuple[Path, str]] = []
        self._random = random.Random(5)
        self._prepare()

    def _prepare(self) -> None:
        self.project.landing.mkdir()
        self.append(
            CARD,
            *(
                f"list-test-1,openai,ledger-model,{meter},standard,global,0,false,{price},1000000,"
                "2024-01-01 00:00:00,,2024-01-01 00:00:00,effective,test"
                for meter, price in (("uncached_input", "2"), ("output", "8"))
            ),
        )
        terms = self.root / "seeds/policy/chargeback_terms.csv"
        terms.write_text(
            "team_id,charge_mode,currency,valid_from,valid_to\n"
            "*,chargeback,USD,,\nsearch,showback,USD,,\n"
        )
        limits = self.root / "seeds/policy/close_limits.csv"
        limits.write_text(
            "limit_name,limit_value,valid_from,valid_to,note\nopen_breaches,99999,,,\n"
        )

    def append(self, seed: str, *lines: str) -> None:
        """Add rows to a seed of this copy of the project."""
        with (self.root / seed).open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def file(self, name: str, text: str) -> None:
        """A file that arrives with the next delivery."""
        self._waiting.append((self.project.landing / name, text))

    def traffic(self, month: int, count: int, tag: str, teams=(*CENTERS, "skunkworks")) -> None:
        """Requests of a month, a file for every night they take to arrive."""
        made = []
        last = monthrange(YEAR, month)[1]
        for number in range(count):
            day = self._random.randint(1, last)
            made.append(
                Request(
                    number=len(self.requests) + len(made),
                    month=month,
                    # one on the last day, whose bill is not final at the close: it is accrued
                    day=day if number else last,
                    team=self._random.choice(teams),
                    input_tokens=self._random.randint(1, 90_000),
                    output_tokens=self._random.randint(1, 9_000),
                )
            )
        self.requests += made
        for part in range(self.nights):
            lines = [request.line() for request in made[part :: self.nights]]
            self.file(f"envelope_events/{month:02d}-{tag}-{part}.jsonl", "\n".join(lines) + "\n")

    def bill(self, month: int, pulled: date, amount: str = "1.00") -> None:
        """A pull of the provider's bill for a whole month, one line a day."""
        days = [date(YEAR, month, day + 1) for day in range(monthrange(YEAR, month)[1])]
        epoch = date(1970, 1, 1)
        data = [
            {
                "object": "bucket",
                "start_time": (day - epoch).days * 86_400,
                "end_time": (day - epoch).days * 86_400 + 86_400,
                "results": [
                    {
                        "object": "organization.costs.result",
                        "amount": {"value": amount, "currency": "usd"},
                        "line_item": "ledger-model, input",
                    }
                ],
            }
            for day in days
        ]
        page = {"object": "page", "data": data, "has_more": False, "next_page": None}
        self.file(
            f"openai_costs/account=default/{pulled:%Y%m%d}T060000Z-{month:02d}.json",
            json.dumps(page),
        )

    def night(self) -> None:
        """What waits arrives, in as many builds as a month has nights."""
        files = self._waiting
        self._waiting = []
        if self.shuffle is not None:
            random.Random(self.shuffle).shuffle(files)
        for part in range(self.nights):
            for path, text in files[part :: self.nights]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            self.build()

    def build(self) -> None:
        """Load and build; identities are tested in the build."""
        self.project.load()
        full = ("--full-refresh",) if self.refresh else ()
        self.project.dbt("build", "--select", *SELECT, *full)
        # A month is closed after a whole build; what the other models say is tested elsewhere.
        now = datetime.now(UTC).replace(tzinfo=None)
        self.project.write(
            *(
                "insert into ops.build_events "
                f"values ('{now}', '{event}', '{status}', true, '{now}')"
                for event, status in (("started", "running"), ("finished", "passed"))
            )
        )

    def close(self, month: int) -> None:
        """Close it, and see that no month closed before has changed by a byte."""
        self.project.ai_cost("close", f"{first(month):%Y-%m}",
            "--prepared-by", "Ann", "--approved-by", "Bob",
        )  # fmt: skip
        for earlier, content in self.closed.items():
            assert self.posted(earlier) == content, f"month {earlier} changed after {month}"
        self.closed[month] = self.posted(month)

    def posted(self, month: int) -> bytes:
        """The posted entries of a month as exported."""
        return as_csv(
            self.project.rows(
                f"select {', '.join(columns())} from ledger.posted_entries "
                f"where posting_period = date '{first(month)}'"
            )
        )

    def price(self, request: Request) -> Fraction:
        """What a request costs by the card as known now."""
        output = OUTPUT
        for (month, start, end), corrected in self.output_prices.items():
            if request.month == month and start <= request.day < end:
                output = corrected
        return request.input_tokens * INPUT + request.output_tokens * output

    def expected_usage(self, upto: int) -> dict[tuple, Fraction]:
        """Usage of each month and owner as known now."""
        sums: dict[tuple, Fraction] = defaultdict(Fraction)
        for request in self.requests:
            if request.month <= upto:
                key = (first(request.month), *self.owner(request))
                sums[key] += self.price(request)
        return {key: value for key, value in sums.items() if value}

    def owner(self, request: Request) -> tuple[str, str]:
        """Team and cost centre by the organisation as known now."""
        team, center = self.owners[request.team]
        if team == "growth" and getattr(self, "growth_moved", 99) <= request.month:
            center = "cc-4200"
        return team, center

    def posted_usage(self) -> dict[tuple, Fraction]:
        """What the posted ledger says of the same."""
        rows = self.project.rows(
            "select usage_period, team_id, cost_center_id, sum(amount_usd) "
            "from ledger.posted_entries where charge_type = 'usage' group by 1, 2, 3"
        )
        return {tuple(row[:3]): Fraction(row[3]) for row in rows if row[3]}

    def reasons(self, month: int) -> set[str]:
        """Reasons of the adjustments posted in a month."""
        rows = self.project.rows(
            "select distinct reason from ledger.posted_entries "
            f"where posting_period = date '{first(month)}' and reason is not null"
        )
        return {reason for (reason,) in rows}

    def ledger(self) -> list[tuple]:
        """The whole ledger but for when it was posted, in one order."""
        names = [name for name in columns() if name != "posted_at"]
        rows = self.project.rows(
            f"select {', '.join(names)}, is_posted from marts.fct_chargeback_ledger"
        )
        return sorted(tuple(map(str, row)) for row in rows)


# What happens, each a change of the company's records ---------------------------------------------


def late_requests(year: Year, month: int) -> None:
    year.traffic(month, 6, f"late{len(year.requests)}", teams=("support", "growth"))


def corrected_card(year: Year, month: int) -> None:
    year.append(
        CARD,
        "list-test-2,openai,ledger-model,output,standard,global,0,false,9,1000000,"
        f"{first(month)} 00:00:00,{first(month).replace(day=15)} 00:00:00,"
        "2027-01-01 00:00:00,effective,test",
    )
    year.output_prices[(month, 1, 15)] = Fraction(9, 10**6)


def reorganisation(year: Year, month: int) -> None:
    """A team nobody knew turns out to be search's, and growth moves to another cost centre."""
    year.append("seeds/organization/team_aliases.csv", "skunkworks,search,2024-01-01,")
    year.owners["skunkworks"] = year.owners["search"]
    teams = year.root / "seeds/organization/teams.csv"
    rows = [line for line in teams.read_text().splitlines() if not line.startswith("growth,")]
    start = first(month)
    rows += [
        f"growth,Growth,Carla Mendes,cc-5100,team,2024-01-01,{start}",
        f"growth,Growth,Carla Mendes,cc-4200,team,{start},",
    ]
    teams.write_text("\n".join(rows) + "\n")
    year.growth_moved = month


def cost(year: Year, cost_id: str, pool: str, month: int, kind: str, status: str, usd: str) -> None:
    """A row of shared_costs, recorded after those before it."""
    seed = year.root / "seeds/policy/shared_costs.csv"
    number = len(seed.read_text().splitlines())
    year.append(
        "seeds/policy/shared_costs.csv",
        f"{cost_id},2025-01-01 00:00:{number:02d},{pool},{first(month)},{kind},{status},{usd},"
        "hoster,,,,,,",
    )


def estimate(year: Year, month: int) -> None:
    cost(year, f"servers-{month}", "gateway-infrastructure", month, "cost", "estimate", "100")


def invoice(year: Year, month: int) -> None:
    cost(year, f"servers-{month}", "gateway-infrastructure", month, "cost", "invoiced", "101.01")


def restated_invoice(year: Year, month: int) -> None:
    cost(year, f"servers-{month}", "gateway-infrastructure", month, "cost", "invoiced", "99.99")


def capacity(year: Year, month: int) -> None:
    cost(year, f"ptu-{month}", "provisioned-throughput", month, "cost", "invoiced", "1000")


def restated_capacity(year: Year, month: int) -> None:
    cost(year, f"ptu-{month}", "provisioned-throughput", month, "cost", "invoiced", "1000.5")


def credit_memo(year: Year, month: int) -> None:
    cost(year, f"memo-{month}", "provider-credits", month, "credit", "invoiced", "-7.77")


def restated_bill(year: Year, month: int) -> None:
    """The provider states another amount: a variance, not a charge."""
    year.bill(month, first(month + 2), amount="1.50")


def dispute(year: Year, month: int) -> None:
    year.append(
        "seeds/policy/chargeback_adjustments.csv",
        f"dispute-1,{first(month)},support,cc-4100,-1.234567,dispute,ticket 7,Ann,Bob,"
        "2025-01-01 00:00:00,",
    )


def reopened_dispute(year: Year, month: int) -> None:
    year.append(
        "seeds/policy/chargeback_adjustments.csv",
        f"dispute-2,{first(month)},support,cc-4100,0.5,dispute,ticket 7 reopened,Ann,Bob,"
        "2025-01-01 00:00:00,",
    )


def run_month(year: Year, month: int, events: list[tuple]) -> None:
    """One month: its traffic, the bill of the month before, what else comes to light, the close."""
    year.traffic(month, 24, "day")
    if month > 1:
        year.bill(month - 1, first(month + 1))  # long settled
    year.bill(month, first(month + 1))  # its last days are not
    for event, about in events:
        event(year, about)
    year.night()
    year.close(month)
    assert year.posted_usage() == year.expected_usage(month)


def rows_of(file: Path) -> list[dict]:
    with file.open() as text:
        return list(csv.DictReader(text))
