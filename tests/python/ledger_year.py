"""A scripted year of an invented company: months that are closed, and everything that moves later.

The expectation is worked out here from the script alone, in Fraction: which team used what at which
price, as known at each close. Nothing of it is read from the warehouse.
"""

import csv
import json
import random
import subprocess
import sys
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

from scripts.accounting.entries import as_csv, columns
from tests.python import auditor
from tests.python.project import Project, copy_project

PYTHON = sys.executable
# Where the exports write; those of FOCUS that follow what issuers say later are no documents.
FOLDERS = ("ledger", "close", "build/focus")
NOT_POSTED = ("invoice_detail", "billing_period")
RUN_ALL = """
import json, sys
from scripts.cli import main
for command in json.loads(sys.argv[1]):
    if main(command):
        sys.exit(f"{command} failed")
"""
# A close that ends without a word: while it writes, and before its row is in the seed.
KILLED = """
import os, sys
from scripts.accounting import close, posting
from scripts.cli import main
tables = []
def write_some(connection, table, period):
    tables.append(table)
    if len(tables) == 4:
        os._exit(9)
def die(*arguments):
    os._exit(9)
if sys.argv[1] == "writing":
    posting._refuse_twice = write_some
else:
    close._record = die
main(sys.argv[2:])
"""
YEAR = 2025
INPUT, OUTPUT = Fraction(2, 10**6), Fraction(8, 10**6)
CARD = "seeds/rate_cards/rate_card_prices.csv"
CENTERS = {"support": "cc-4100", "search": "cc-4200", "growth": "cc-5100"}
_IDENTITIES = (
    "resource_type:seed",
    "assert_ledger_sums_to_what_was_priced", "assert_statements_sum_to_the_ledger",
    "assert_allocated_parts_sum_to_the_pool", "assert_closed_periods_are_posted",
    "--indirect-selection", "empty",
)  # fmt: skip
# Only what a close and its exports read; of the tests only the identities.
SELECT = (
    "+fct_chargeback_ledger", "+fct_chargeback_statements", "+fct_chargeback_statement_lines",
    "+fct_budget_status", "+fct_closed_documents", "+fct_invoice_payments", "+fct_approvals",
    "+fct_reconciliation_daily", "+fct_reconciliation_totals", "+rpt_focus_cost_and_usage_v1_2",
    "+rpt_focus_billing_period", "+rpt_focus_invoice_detail", "fct_priced_requests",
    "fct_spend_daily", "+fct_figure_changes",
    *_IDENTITIES,
)  # fmt: skip
# A close makes all that follows from the ledger: what that reads must be there, also where no
# warehouse was prepared and where a view goes with the table that it reads.
WITH_VIEWS = ("@int_ledger_entries", *SELECT)


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

    def __init__(
        self, folder: Path, postgres=None, nights: int = 1, shuffle=None, refresh=False,
        has_files=False,
    ):  # fmt: skip
        """`has_files`: after each close the files are handed out, and an auditor reads them."""
        folder.mkdir(parents=True, exist_ok=True)
        self.root = copy_project(folder)
        self.project = Project(folder, folder / "landing", postgres, self.root)
        self.nights, self.shuffle, self.refresh = nights, shuffle, refresh
        self.has_files = has_files
        self.files: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self.output_prices: dict[tuple[int, int, int], Fraction] = {}
        self.owners = {team: (team, center) for team, center in CENTERS.items()}
        self.owners |= {"skunkworks": ("skunkworks", "none")}
        self.closed: dict[int, bytes] = {}
        self._selected = WITH_VIEWS if postgres else SELECT
        self._waiting: list[tuple[Path, str]] = []
        self._random = random.Random(5)
        self._prepare()

    def _prepare(self) -> None:
        self.project.landing.mkdir()
        # the one that is called, and the one that is bought in advance and never called
        self.append(
            CARD,
            *(
                f"list-test-1,openai,{model},{meter},standard,global,0,false,{price},1000000,"
                "2024-01-01 00:00:00,,2024-01-01 00:00:00,effective,test"
                for model in ("ledger-model", "reserved-model")
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
        self.project.dbt("build", "--select", *self._selected, *full)
        # A month is closed after a whole build; what the other models say is tested elsewhere.
        now = datetime.now(UTC).replace(tzinfo=None)
        self.project.write(
            *(
                "insert into ops.build_events "
                f"values ('{now}', '{event}', '{status}', true, '{now}')"
                for event, status in (("started", "running"), ("finished", "passed"))
            )
        )

    def close(self, month: int, happens=None) -> None:
        """Close it, and see that no month closed before has changed by a byte."""
        with self.project.keeping():
            (happens or closed)(self, month)
            if self.has_files:
                self.hand_out(month)
        for earlier, content in self.closed.items():
            assert self.posted(earlier) == content, f"month {earlier} changed after {month}"
        self.closed[month] = self.posted(month)

    def hand_out(self, *months: int) -> None:
        """Export the ledger, and these months as they go to others; nothing handed out changed."""
        names = [f"{first(month):%Y-%m}" for month in months]
        self.run_all(
            ["export", "ledger"],
            *(["export", "journal", name, "--profile", "generic"] for name in names),
            *(["export", "focus", "--period", name] for name in names),
        )
        found = self.exported()
        changed = [file for file, content in self.files.items() if found.get(file) != content]
        assert not changed, f"files of closed months changed after {names}: {changed}"
        self.files = found

    def exported(self) -> dict[str, bytes]:
        """Every exported file of closed months, by its name below the project."""
        return {
            str(file.relative_to(self.root)): file.read_bytes()
            for folder in FOLDERS
            for file in sorted((self.root / folder).rglob("*"))
            if file.is_file() and not file.name.startswith(NOT_POSTED)
        }

    def run_all(self, *commands: list[str]) -> None:
        """Several commands of the project in one process."""
        self.project.run(PYTHON, "-c", RUN_ALL, json.dumps(commands))

    @property
    def periods_file(self) -> Path:
        """The seed of closed months."""
        return self.root / "seeds/policy/accounting_periods.csv"

    def audited(self) -> subprocess.CompletedProcess:
        """What the auditor says of the exported ledger, who knows the files and Python alone."""
        return subprocess.run(
            [PYTHON, "-I", auditor.__file__, self.root / "ledger", self.periods_file],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

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


def rewritten(year: Year, seed: str, old: str, *new: str) -> None:
    """Rows in the place of another one."""
    file = year.root / seed
    assert f"{old}\n" in file.read_text()
    file.write_text(file.read_text().replace(f"{old}\n", "".join(f"{line}\n" for line in new)))


def group(year: Year, month: int) -> None:
    """Two companies: support is one of its own, and its provider is paid by the other."""
    year.append("seeds/organization/entities.csv", "*,US,,,", "cc-4100,UK,,,")
    year.append("seeds/policy/intercompany_accounts.csv", "*,*,1310,2310,,,")


def entity_moved(year: Year, month: int) -> None:
    start = first(month)
    rewritten(
        year, "seeds/organization/entities.csv", "cc-4100,UK,,,",
        f"cc-4100,UK,,{start},", f"cc-4100,DE,{start},,",
    )  # fmt: skip


def fiscal_year_from_april(year: Year, month: int) -> None:
    year.append(
        "seeds/policy/fiscal_years.csv",
        "FY25,months,2024-04-01,2025-03-31,", "FY26,months,2025-04-01,2026-03-31,",
    )  # fmt: skip


def currency_change(year: Year, month: int) -> None:
    year.append("seeds/policy/chargeback_terms.csv", f"growth,chargeback,EUR,{first(month)},")
    year.append("seeds/policy/fx_rates.csv", f"EUR,{first(month)},1.25,treasury")


def rate_of_before(year: Year, month: int) -> None:
    """A rate of a month that is closed, recorded later."""
    day = first(month).replace(day=20)
    year.append("seeds/policy/fx_rates.csv", f"EUR,{day},1.5,treasury")


def shown_team_is_charged(year: Year, month: int) -> None:
    start = first(month)
    rewritten(
        year, "seeds/policy/chargeback_terms.csv", "search,showback,USD,,",
        f"search,showback,USD,,{start}", f"search,chargeback,USD,{start},",
    )  # fmt: skip


def accounts_renumbered(year: Year, month: int) -> None:
    file = year.root / "seeds/policy/gl_accounts.csv"
    header, *lines = file.read_text().splitlines()
    found = [header]
    for line in lines:
        component, charge, *rest, _, _, note = line.split(",")
        found.append(",".join((component, charge, *rest, "", f"{first(month)}", note)))
        found.append(",".join((component, f"7{charge[1:]}", *rest, f"{first(month)}", "", note)))
    file.write_text("\n".join(found) + "\n")


def units_stated(year: Year, month: int) -> None:
    """What was bought is known now, and that nobody used it."""
    year.append(
        "seeds/contracts/capacity_commitments.csv",
        "ptu,openai,default,reserved-model,2025-01-01 00:00:00,,2025-01-01 00:00:00,effective,test,"
        "provisioned-throughput,10,1000000",
    )


def evenly(year: Year, month: int) -> None:
    """The gateway is paid for by all alike from a month on."""
    seed = "seeds/policy/allocation_rules.csv"
    (old,) = [
        line for line in (year.root / seed).read_text().splitlines()
        if line.startswith("alloc-infrastructure-1,")
    ]  # fmt: skip
    cells = old.split(",")
    later = ["alloc-infrastructure-2", cells[1], "even", *cells[3:6], f"{first(month)}", *cells[7:]]
    rewritten(
        year, seed, old, ",".join([*cells[:7], f"{first(month)}", *cells[8:]]), ",".join(later)
    )


def plan(year: Year, month: int) -> None:
    year.append("seeds/policy/budgets.csv", f"support,{first(month)},5,Bob,Ann,2025-01-01 00:00:00")


def plan_of_before(year: Year, month: int) -> None:
    """Another plan of a month that is closed, and another name of its team."""
    year.append(
        "seeds/policy/budget_overrides.csv",
        f"support,{first(month)},2025-12-01 00:00:00,0.01,typed late,Bob,Ann",
    )
    teams = year.root / "seeds/organization/teams.csv"
    teams.write_text(teams.read_text().replace("Support Automation", "Helpdesk"))


# How a month is closed, when it goes wrong --------------------------------------------------------


def close_of(month: int, prepared_by: str = "Ann", approved_by: str = "Bob") -> list[str]:
    names = ("--prepared-by", prepared_by, "--approved-by", approved_by)
    return ["close", f"{first(month):%Y-%m}", *names]


def closed(year: Year, month: int) -> None:
    year.project.ai_cost(*close_of(month))


def named(year: Year, said: str) -> None:
    """The check says it, and so does the next build."""
    for command in (("close", "verify"), ("build", "--", "--select", "close_limits")):
        code, _, complained = year.project.outcome(*command)
        assert code == 1 and said in complained, f"{command}: {complained}"


def lost_seed(year: Year, month: int) -> None:
    """All rows of all closes are gone; they come back by the same names, the oldest first."""
    closed(year, month)
    whole = year.periods_file.read_bytes()
    year.periods_file.write_bytes(whole.splitlines(keepends=True)[0])
    named(year, "2025-01-01 is posted but not in accounting_periods.csv")
    code, _, said = year.project.outcome(*close_of(month))
    assert code == 1 and "2025-01-01 is posted but not in accounting_periods.csv" in said
    for each in range(1, month + 1):
        closed(year, each)
    assert year.periods_file.read_bytes() == whole


def killed(year: Year, month: int, when: str) -> None:
    arguments = [PYTHON, "-c", KILLED, when, *close_of(month)]
    with year.project.start(*arguments) as process:
        assert process.wait() == 9


def killed_while_writing(year: Year, month: int) -> None:
    """Nothing was posted, and the close goes through as if it were the first."""
    killed(year, month, "writing")
    year.project.ai_cost("close", "verify")
    assert year.posted(month).count(b"\n") == 1
    closed(year, month)


def killed_before_the_seed(year: Year, month: int) -> None:
    """It is posted; the same people finish it, no others."""
    killed(year, month, "posted")
    named(year, f"{first(month)} is posted but not in accounting_periods.csv")
    code, _, said = year.project.outcome(*close_of(month, "Eve", "Bob"))
    assert code == 1 and "posted as prepared by Ann and approved by Bob" in said
    closed(year, month)


def only_by_those_named(year: Year, month: int) -> None:
    code, _, said = year.project.outcome(*close_of(month, "Ann", "Eve"))
    assert code == 1 and "Eve is no approver" in said
    closed(year, month)


def approvers(year: Year, month: int) -> None:
    year.append("seeds/policy/approvers.csv", "Ann,preparer,,,,", "Bob,approver,,,,")


def run_month(year: Year, month: int, events: list[tuple], happens=None) -> None:
    """One month: its traffic, the bill of the month before, what else comes to light, the close."""
    year.traffic(month, 24, "day")
    if month > 1:
        year.bill(month - 1, first(month + 1))  # long settled
    year.bill(month, first(month + 1))  # its last days are not
    for event, about in events:
        event(year, about)
    year.night()
    year.close(month, happens)
    assert year.posted_usage() == year.expected_usage(month)
    if year.has_files:
        audit = year.audited()
        assert audit.stdout == f"{month} months, 0 differences\n", audit.stdout + audit.stderr


def rows_of(file: Path) -> list[dict]:
    with file.open() as text:
        return list(csv.DictReader(text))
