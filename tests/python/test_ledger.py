"""Months that close stay closed, whatever moves later; what moves is posted once, with a reason.

Harm guarded against: a closed month that changes, a correction that is lost, posted twice or cannot
be explained, a ledger that depends on when and in which order the files came or that is gone with
the warehouse.
"""

import csv
import json
import shutil
import subprocess
import sys
from fractions import Fraction

import pytest

from scripts.accounting.entries import chained_hash
from scripts.money import money
from scripts.reporting.tables import usd
from tests.python import auditor
from tests.python import ledger_year as script
from tests.python.ledger_year import INPUT, OUTPUT, Year, first, run_month
from tests.python.project import Project
from tests.python.test_deliver import read_pdf, stem

pytestmark = pytest.mark.wide

PYTHON = sys.executable
ALWAYS = {"accrual_reversal", "invoice_received"}  # the month before, whose bill has landed
# month: what comes to light, about which month; and the reasons that must follow, no others
SHORT = {
    1: ([(script.estimate, 1), (script.capacity, 1)], set()),
    2: (
        [
            (script.late_requests, 1),
            (script.invoice, 1),
            (script.restated_bill, 1),
            (script.restated_capacity, 1),
            (script.corrected_card, 1),
            (script.reorganisation, 1),
            (script.credit_memo, 1),
            (script.dispute, 1),
        ],
        ALWAYS
        # all at once, and told apart
        | {"late_arrival", "re_rate", "re_attribution", "re_allocation"}
        | {"invoice_true_up", "restatement", "credit_memo", "dispute"},
    ),
}
# a year with all of it, and with what goes wrong at a close
YEAR = {
    1: ([(script.estimate, 1), (script.capacity, 1), (script.group, 1)], set()),
    2: (
        [(script.late_requests, 1), (script.estimate, 2)],
        ALWAYS | {"late_arrival", "re_allocation"},
    ),
    3: (
        [
            (script.corrected_card, 1),
            (script.fiscal_year_from_april, 3),
            (script.units_stated, 3),
            (script.plan, 3),
        ],
        ALWAYS | {"re_rate", "re_allocation"},
    ),
    4: ([(script.reorganisation, 2)], ALWAYS | {"re_attribution", "re_allocation"}),
    5: ([(script.invoice, 1), (script.invoice, 2)], ALWAYS | {"invoice_true_up"}),
    6: (
        [(script.restated_invoice, 1), (script.restated_bill, 3), (script.currency_change, 6)],
        ALWAYS | {"restatement"},
    ),
    7: (
        [(script.credit_memo, 3), (script.rate_of_before, 6), (script.approvers, 7)],
        ALWAYS | {"credit_memo"},
    ),
    8: ([(script.dispute, 2), (script.entity_moved, 8)], ALWAYS | {"dispute"}),
    9: (
        [
            (script.reopened_dispute, 2),
            (script.shown_team_is_charged, 9),
            (script.evenly, 9),
            (script.estimate, 9),
        ],
        ALWAYS | {"dispute"},
    ),
    10: (
        [
            (script.late_requests, 4),
            (script.corrected_card, 5),
            (script.invoice, 9),
            (script.accounts_renumbered, 10),
        ],
        ALWAYS | {"late_arrival", "re_rate", "invoice_true_up"},
    ),
    11: (
        [
            (script.late_requests, 10),
            (script.late_requests, 1),
            (script.restated_capacity, 1),
            (script.plan_of_before, 3),
        ],
        ALWAYS | {"late_arrival", "re_allocation", "restatement"},
    ),
    12: ([], ALWAYS),
}
ACCIDENTS = {
    2: script.lost_seed,
    5: script.killed_while_writing,
    6: script.killed_before_the_seed,
    8: script.only_by_those_named,
}


def live(year: Year, plan: dict, accidents: dict | None = None) -> None:
    for month, (events, reasons) in plan.items():
        run_month(year, month, events, (accidents or {}).get(month))
        assert year.reasons(month) == reasons, f"month {month}"


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """Two closed months, with everything that can move in between."""
    year = Year(tmp_path_factory.mktemp("closed"))
    live(year, SHORT)
    return year


def test_closed_months_never_change_and_every_adjustment_is_explained(closed):
    # bytes, sums and reasons were compared after each close
    assert set(closed.closed) == {1, 2}
    assert all(content.count(b"\n") > 1 for content in closed.closed.values())


def test_each_reason_has_what_it_caused_and_no_more(closed):
    """An invoice 1.01 above its estimate beside a reorganisation, a new price, late requests."""
    sums = closed.project.rows(
        "select reason, sum(amount_usd) from ledger.posted_entries "
        "where posting_period = date '2025-02-01' and entry_type = 'adjustment' group by 1"
    )
    found = {reason: Fraction(usd) for reason, usd in sums}
    late = sum(closed.price(one) for one in closed.requests if one.number >= 48)
    known = [one for one in closed.requests if one.month == 1 and one.number < 48]
    new = sum(closed.price(one) - one.input_tokens * INPUT - one.output_tokens * OUTPUT
              for one in known)  # fmt: skip
    assert found["invoice_true_up"] == Fraction("1.01")
    assert found["restatement"] == Fraction("0.5")
    assert found["credit_memo"] == Fraction("-7.77")
    assert (found["late_arrival"], found["re_rate"]) == (late, new)
    assert found["re_attribution"] == found["re_allocation"] == 0


def test_the_export_restores_the_ledger_into_an_empty_warehouse(closed, tmp_path):
    folder = tmp_path / "export"
    closed.project.ai_cost("export", "ledger", "--folder", str(folder))
    for month, content in closed.closed.items():
        assert (folder / f"{first(month):%Y-%m}.csv").read_bytes() == content

    empty = Year.__new__(Year)
    empty.__dict__ |= closed.__dict__
    empty.project = Project(tmp_path, closed.project.landing, None, closed.root)
    empty._selected = script.WITH_VIEWS
    empty.project.ai_cost("export", "ledger", "--restore", "--folder", str(folder))
    empty.build()
    assert empty.ledger() == closed.ledger()

    tampered = folder / "2025-02.parquet"
    tampered.write_bytes((folder / "2025-01.parquet").read_bytes())
    (tmp_path / "again").mkdir()
    refused = Project(tmp_path / "again", closed.project.landing, None, closed.root)
    with pytest.raises(AssertionError, match="does not have the entries that were approved"):
        refused.ai_cost("export", "ledger", "--restore", "--folder", str(folder))


def audited(folder, year: Year) -> subprocess.CompletedProcess:
    """What the auditor says, who knows the exported files and Python alone."""
    return subprocess.run(
        [PYTHON, "-I", auditor.__file__, folder, periods_file(year)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_auditor_works_each_month_out_again_and_finds_no_difference(closed, tmp_path):
    folder = tmp_path / "export"
    closed.project.ai_cost("export", "ledger", "--folder", str(folder))
    found = audited(folder, closed)
    assert (found.stdout, found.returncode) == ("2 months, 0 differences\n", 0), found.stderr
    focus = list(script.rows_of(folder / "2025-02/focus/cost_and_usage.csv"))
    corrections = [row for row in focus if row["x_CorrectionOf"]]
    assert len(corrections) > 10

    for name, old, new in (
        ("2025-01.csv", ",direct,", ",accrual,"),
        ("2025-01/statement_lines.csv", ",direct,", ",shared,"),
        ("2025-02/journal.csv", "0.00,", "0.01,"),
        ("2025-02/focus/cost_and_usage.csv", corrections[0]["x_CorrectionOf"], "nothing"),
        ("2025-02/seeds/chargeback_terms.csv", "showback,USD", "showback,EUR"),
    ):
        file = folder / name
        before = file.read_text()
        assert old in before
        file.write_text(before.replace(old, new, 1))
        lines = audited(folder, closed).stdout.splitlines()
        document = "entries.csv" if "/" not in name else name.partition("/")[2]
        assert any(line.startswith(f"{name[:7]} {document}: ") for line in lines)
        assert len(lines) > 2, "the hash is wrong, and so is what the file says"
        file.write_text(before)


def test_a_close_is_refused_with_everything_that_is_missing(closed):
    with pytest.raises(AssertionError) as refusal:
        closed.project.ai_cost("close", "2025-05",
            "--prepared-by", "Ann", "--approved-by", "ann ", "--closed-at", "2025-05-20T00:00",
        )  # fmt: skip
    said = str(refusal.value)
    assert "Ann cannot approve what they prepared" in said
    assert "2025-05 is not over" in said
    assert "nothing to post" in said
    with pytest.raises(AssertionError, match="never reopened"):
        closed.project.ai_cost("close", "2025-02",
            "--prepared-by", "Ann", "--approved-by", "Bob",
        )  # fmt: skip


def test_the_journal_balances_and_books_what_the_statements_say(closed, tmp_path):
    closed.project.ai_cost("export", "journal", "2025-02", "--folder", str(tmp_path))
    lines = script.rows_of(tmp_path / "2025-02" / "journal.csv")
    cents = lambda name: sum(round(float(line[name]) * 100) for line in lines)  # noqa: E731
    assert cents("debit_usd") == cents("credit_usd") > 0
    assert not [line for line in lines if line["team_id"] == "search"]
    booked = closed.project.value(
        "select sum(total_usd) from marts.fct_chargeback_statements "
        "where posting_period = date '2025-02-01' and charge_mode = 'chargeback'"
    )
    charged = sum(
        round(float(line["debit_usd"]) * 100) - round(float(line["credit_usd"]) * 100)
        for line in lines
        if line["cost_center_id"] != "cc-9000"
    )
    assert charged == booked * 100
    assert len({line["line_id"] for line in lines}) == len(lines)
    # what was accrued is taken back where it was booked, and the invoice is booked as any other
    assert {line["account"] for line in lines if line["component"] == "accrual_reversal"} == {
        "6510", "6520", "2190",
    }  # fmt: skip
    assert {line["account"] for line in lines if line["component"] == "invoice_received"} == {
        "6510", "6520", "2110", "6590",
    }  # fmt: skip


def test_a_preview_of_rules_is_what_a_build_would_charge(closed, tmp_path):
    """By the whole chain of models, and nothing is written before the rules are."""
    year = copied(closed, tmp_path)
    rules = year.root / "seeds/policy/allocation_rules.csv"
    before = year.project.warehouse.read_bytes()

    def previewed(text: str) -> dict[str, list[str]]:
        proposed = tmp_path / "allocation_rules.csv"
        proposed.write_text(text)
        said = year.project.ai_cost("allocate", "preview", "2025-01", str(proposed))
        return {line.split()[0]: line.split()[1:] for line in said.splitlines()[2:]}

    def charged() -> dict[str, str]:
        rows = year.project.rows(
            "select team_id, sum(amount_usd) from intermediate.int_shared_charges "
            "where usage_period = date '2025-01-01' group by 1"
        )
        return {team: money(usd) for team, usd in rows}

    same = previewed(rules.read_text())
    assert {team: line[1] for team, line in same.items() if team != "sum"} == charged()
    assert {line[2] for line in same.values()} == {"0.00"}

    changed = rules.read_text().replace(
        "gateway-infrastructure,proportional_requests", "gateway-infrastructure,even"
    )
    after = previewed(changed)
    assert after["sum"][0] == after["sum"][1] and after["sum"][2] == "0.00"
    assert any(line[2] != "0.00" for line in after.values())
    assert year.project.warehouse.read_bytes() == before

    rules.write_text(changed)
    chain = ("allocation_rules", "int_pooled_spend", "int_allocated_parts")
    year.project.dbt("build", "--exclude-resource-type", "test", "unit_test", "--select", *chain)
    assert {team: line[1] for team, line in after.items() if team != "sum"} == charged()


def test_a_pool_that_feeds_another_is_charged_by_its_rule(closed, tmp_path):
    """The preview names the ladder, and every cent of it stays."""
    rules = (closed.root / "seeds/policy/allocation_rules.csv").read_text().splitlines()
    proposed = tmp_path / "allocation_rules.csv"
    ladder = "gateway-infrastructure > observability: by alloc-observability-1"

    def previewed(target: str) -> list[str]:
        fed = [
            ",".join([*row.split(",")[:2], "to_pool", *row.split(",")[3:-3], target, "", ""])
            if row.startswith("alloc-infrastructure-1")
            else row
            for row in rules
        ]
        proposed.write_text("\n".join(fed) + "\n")
        code, out, said = closed.project.outcome("allocate", "preview", "2025-01", str(proposed))
        return [code, *out.splitlines(), *said.splitlines()]

    code, *said = previewed("observability")
    total = next(line.split() for line in said if line.startswith("sum"))
    assert code == 0 and said[-1] == ladder
    assert total[1] == total[2] and total[3] == "0.00"

    code, *said = previewed("gateway-infrastructure")
    assert code == 2
    assert (
        "allocation_rules.csv, alloc-infrastructure-1: pools feed each other in a circle "
        "gateway-infrastructure > gateway-infrastructure"
    ) in said[-1]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "proportional_requests",
            "proportional_request",
            'method "proportional_request": is unknown; did you mean proportional_requests',
        ),
        (",observability,", ",observabilty,", "unknown pool observabilty"),
        ("rule_id,pool_id", "rule,pool_id", 'has an unknown column "rule"; did you mean rule_id?'),
        ("2024-01-01", "1.1.2024", 'valid_from "1.1.2024": is no day; write 2026-11-25'),
    ],
)
def test_rules_that_a_build_would_not_take_are_named(old, new, complaint, closed, tmp_path):
    proposed = tmp_path / "allocation_rules.csv"
    text = (closed.root / "seeds/policy/allocation_rules.csv").read_text()
    proposed.write_text(text.replace(old, new))
    code, _, said = closed.project.outcome("allocate", "preview", "2025-01", str(proposed))
    assert code == 2 and complaint in said


def copied(closed: Year, folder) -> Year:
    """The same warehouse and seeds, to be changed apart."""
    other = Year.__new__(Year)
    other.__dict__ |= closed.__dict__
    other.root = shutil.copytree(closed.root, folder / "project")
    other.project = closed.project.copy(folder, other.root)
    return other


def periods_file(year: Year):
    return year.root / "seeds/policy/accounting_periods.csv"


def test_a_lost_row_of_the_seed_comes_back_only_as_it_was_approved(closed, tmp_path):
    """Recovery keeps the people and the rows: it is no way around the controls."""
    year = copied(closed, tmp_path)
    whole = periods_file(year).read_bytes()
    periods_file(year).write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))

    def refused(prepared_by: str, approved_by: str) -> str:
        code, _, said = year.project.outcome(
            "close", "2025-02", "--prepared-by", prepared_by, "--approved-by", approved_by
        )
        assert code == 1 and periods_file(year).read_bytes() != whole
        return said

    assert "Eve cannot approve what they prepared" in refused("Eve", " eve")
    assert "posted as prepared by Ann and approved by Bob" in refused("Eve", "Bob")
    change = "update ledger.posted_entries set amount_usd = amount_usd {} where entry_id = '{}'"
    entry = year.project.value(
        "select min(entry_id) from ledger.posted_entries where posting_period = date '2025-02-01'"
    )
    year.project.write(change.format("+ 1", entry))
    assert "entries.csv is not the one that was approved" in refused("Ann", "Bob")
    year.project.write(change.format("- 1", entry))
    year.project.ai_cost("close", "2025-02", "--prepared-by", "ANN", "--approved-by", " bob ")
    assert periods_file(year).read_bytes() == whole


MOVED = """
    update ledger.posted_entries set amount_usd = amount_usd + case when entry_id = (
        select max(entry_id) from ledger.posted_entries where posting_period = date '2025-01-01'
    ) then 1 else -1 end
    where posting_period = date '2025-01-01' and entry_id in (
        select max(entry_id) from ledger.posted_entries where posting_period = date '2025-01-01'
        union all
        select min(entry_id) from ledger.posted_entries where posting_period = date '2025-01-01'
    )
"""
FORGED = {
    "entries.csv": MOVED,
    "statements.csv": "update ledger.posted_statements set charge_mode = 'chargeback', "
    "statement_currency = 'EUR' where posting_period = date '2025-01-01' and team_id = 'search'",
    "statement_lines.csv": "delete from ledger.posted_statement_lines "
    "where posting_period = date '2025-01-01' and team_id = 'search'",
    "budget_status.csv": "update ledger.posted_budget_status set alert_state = 'ok' || alert_state "
    "where posting_period = date '2025-01-01' and team_id = 'search'",
    "focus/cost_and_usage.csv": "update ledger.posted_focus_charges set tags = '{}' "
    "where posting_period = date '2025-01-01' and subaccountid = 'search'",
    "journal.csv": "update ledger.posted_documents set content = 'x' "
    "where posting_period = date '2025-01-01' and document_name = 'journal.csv'",
    "seeds/fx_rates.csv": "delete from ledger.posted_documents "
    "where posting_period = date '2025-01-01' and document_name = 'seeds/fx_rates.csv'",
    "manifest.csv": "update ledger.posted_documents set content = replace(content, 'journal', 'j') "
    "where posting_period = date '2025-01-01' and document_name = 'manifest.csv'",
}


@pytest.mark.parametrize("document", FORGED)
def test_a_forged_document_is_named(document, closed, tmp_path):
    year = copied(closed, tmp_path)
    year.project.ai_cost("close", "verify")
    year.project.write(FORGED[document])
    code, _, said = year.project.outcome("close", "verify")
    assert code == 1
    assert said.startswith(f"2025-01-01: {document} ")


@pytest.mark.parametrize(
    ("field", "of", "forged"),
    [("approved_by", "Bob", "Eve"), ("posted_usd", None, "1.00"), ("note", "", "agreed")],
)
def test_a_forged_row_of_the_seed_is_named(field, of, forged, closed, tmp_path):
    year = copied(closed, tmp_path)
    rows = script.rows_of(periods_file(year))
    assert of in (None, rows[0][field])
    rows[0][field] = forged
    with periods_file(year).open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    code, _, said = year.project.outcome("close", "verify")
    assert code == 1
    assert f"accounting_periods.csv says {field} {forged!r}" in said


def test_a_changed_export_is_named_and_the_next_build_names_a_forgery(closed, tmp_path):
    year = copied(closed, tmp_path)
    ledger, pack = tmp_path / "ledger", tmp_path / "pack"
    year.project.ai_cost("export", "ledger", "--folder", str(ledger))
    year.project.ai_cost("export", "journal", "2025-01", "--folder", str(pack))
    year.project.ai_cost("close", "verify", str(ledger), str(pack))
    for file in (ledger / "2025-02.csv", pack / "2025-01" / "journal.csv"):
        before = file.read_bytes()
        file.write_bytes(before.replace(b"\n", b" \n", 2))
        code, _, said = year.project.outcome("close", "verify", str(ledger), str(pack))
        assert code == 1 and f"{file} is not as it was approved: line 1" in said
        file.write_bytes(before)
    year.project.write(MOVED)
    code, _, said = year.project.outcome("build", "--", "--select", "close_limits")
    assert code == 1 and "2025-01-01: entries.csv is not the one that was approved" in said


def test_nothing_of_a_closed_month_follows_later_seeds(closed, tmp_path):
    """A later rate moved a closed statement, and changed terms emptied a closed journal.

    What is delivered says what was posted, byte for byte.
    """
    year = copied(closed, tmp_path)
    pack = tmp_path / "pack"

    def shown() -> tuple:
        year.project.ai_cost("export", "journal", "2025-01", "--folder", str(pack))
        year.project.outcome(
            "deliver", "2025-01", "--out", str(pack), "--sent", str(tmp_path / "sent.jsonl")
        )
        year.project.ai_cost("export", "focus", "--period", "2025-01", "--folder", str(pack))
        files = sorted(
            file
            for file in pack.rglob("*")
            if file.is_file() and not file.name.startswith(("invoice_detail", "billing_period"))
        )
        marts = (
            "fct_chargeback_statements", "fct_chargeback_statement_lines", "fct_budget_status",
        )  # fmt: skip
        return (
            [(file, file.read_bytes()) for file in files],
            [
                [row for row in year.project.mart(mart) if str(row[0]) == "2025-01-01"]
                for mart in marts
            ],
        )

    before = shown()
    posted = year.project.rows(
        "select team_id, sum(total_usd) from ledger.posted_statements "
        "where posting_period = date '2025-01-01' group by 1"
    )
    assert posted
    for team, amount in posted:
        text = read_pdf((pack / "2025-01" / f"{stem(team)}.pdf").read_bytes())
        assert "Final: the month is closed" in text and f"January 2025 USD {usd(amount)}" in text
    year.append("seeds/policy/fx_rates.csv", "USD,2024-12-31,2.0,x", "EUR,2024-12-31,2.0,x")
    (year.root / "seeds/policy/chargeback_terms.csv").write_text(
        "team_id,charge_mode,currency,valid_from,valid_to\n*,chargeback,EUR,,\n"
    )
    (year.root / "seeds/policy/gl_accounts.csv").write_text(
        "component,charge_account,clearing_account,clearing_cost_center_id,valid_from,valid_to,note\n"
    )
    year.append("seeds/policy/budgets.csv", "support,2025-01-01,0.01,Eve,,")
    year.append("seeds/reference/focus_providers.csv", "ledger,Ledger,Ledger")
    (year.root / "seeds/organization/teams.csv").write_text(
        (year.root / "seeds/organization/teams.csv").read_text().replace("Support", "Helpdesk")
    )
    seeds = ("fx_rates+", "chargeback_terms+", "gl_accounts", "budgets+", "teams+")
    year.project.dbt("build", "--exclude-resource-type", "test", "unit_test", "--select", *seeds)
    assert shown() == before
    assert year.project.value(
        "select count(*) from marts.fct_chargeback_statements "
        "where period_status = 'open' and statement_currency != 'EUR'"
    ) == 0  # fmt: skip


def test_a_stale_or_failed_warehouse_is_not_closed(closed, tmp_path):
    year = copied(closed, tmp_path)

    def said(*more: str) -> str:
        code, out, complained = year.project.outcome(
            "close", "2025-03", "--prepared-by", "Ann", "--approved-by", "Bob", "--check", *more
        )
        assert code == 1
        return out + complained

    first_said = said()
    assert "approvers.csv names nobody: any two people" in first_said
    for sign in ("run `make nightly`", "the close cannot be at"):
        assert sign not in first_said
    assert "the close cannot be at 2099-01-01 00:00:00" in said("--closed-at", "2099-01-01T00:00")
    assert "2025-02 was closed at" in said("--closed-at", "2025-04-02T00:00")

    year.append(
        "seeds/policy/shared_costs.csv",
        "x,2025-01-01 00:00:00,observability,2025-03-01,cost,invoiced,1,h,,,,,,",
    )
    assert "shared_costs.csv is not what was built" in said()
    waiting = year.project.landing / "envelope_events/waiting.jsonl"
    waiting.write_text("{}\n")
    try:
        assert "1 landing files are not loaded (envelope_events/waiting.jsonl)" in said()
    finally:
        waiting.unlink()
    year.project.write(
        "insert into ops.build_events values ('x', 'started', 'running', false, "
        "cast('2026-12-01 00:00:00' as timestamp))"
    )
    assert "the build of 2026-12-01 00:00 UTC did not end" in said()


def test_only_those_named_may_prepare_and_approve(closed, tmp_path):
    year = copied(closed, tmp_path)
    year.append(
        "seeds/policy/approvers.csv",
        "Ann,preparer,,,,", "Bob,approver,0.01,,,", "Cy,approver,,,2025-01-01,", "Di,approver,,,,",
    )  # fmt: skip
    year.project.dbt("build", "--select", "approvers")

    def said(approved_by: str) -> str:
        return year.project.outcome(
            "close", "2025-03", "--prepared-by", " ann", "--approved-by", approved_by, "--check"
        )[2]

    assert "Eve is no approver" in said("Eve")
    assert "Ann is no approver" in said("Ann")
    assert "Cy is no approver" in said("Cy")
    assert " approver" not in said("DI")


def test_a_warehouse_that_an_earlier_version_closed_stays_valid(closed, tmp_path):
    """Its hashes are of entries alone, and nothing else of it was posted."""
    year = copied(closed, tmp_path)
    rows, previous = script.rows_of(periods_file(year)), ""
    for row, month in zip(rows, (1, 2), strict=True):
        previous = row["ledger_hash"] = chained_hash(previous, closed.closed[month])
    with periods_file(year).open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    year.project.write(
        *(
            f"drop table ledger.posted_{table} cascade"
            for table in (
                "statements",
                "statement_lines",
                "budget_status",
                "focus_charges",
                "documents",
            )
        )
    )
    year.project.ai_cost("close", "verify")
    year.project.dbt("build", "--select", "accounting_periods", "int_ledger_entries+",
        "--exclude-resource-type", "test", "unit_test")  # fmt: skip
    assert year.ledger() == closed.ledger()
    year.project.write(MOVED)
    code, _, said = year.project.outcome("close", "verify")
    assert code == 1 and "2025-01-01: its entries are not those that were approved" in said


@pytest.mark.long
def test_a_build_posts_nothing_twice_and_a_full_refresh_loses_nothing(closed):
    before = closed.ledger()
    closed.build()
    assert closed.ledger() == before
    closed.refresh = True
    closed.build()
    closed.refresh = False
    assert closed.ledger() == before


@pytest.mark.long
@pytest.mark.parametrize("how", ["monthly", "postgres", "shuffled", "full refresh"])
def test_a_year_gives_one_ledger_however_it_was_lived(how, tmp_path, new_database, shared_ledgers):
    options = {
        "monthly": {"has_files": True},
        "postgres": {"has_files": True},
        "shuffled": {"nights": 2, "shuffle": 3},
        "full refresh": {"refresh": True},
    }[how]
    if how == "postgres":
        options["postgres"] = new_database()
    year = Year(tmp_path, **options)
    if not year.has_files:
        live(year, YEAR)
        year.project.ai_cost("export", "ledger", "--verify")
    else:
        # files and an auditor after each close; then everything is handed out once more
        live(year, YEAR, ACCIDENTS)
        year.hand_out(*YEAR)
        forged = json.loads(year.project.run(PYTHON, "-m", "tests.python.forged_year"))
        assert forged["unnamed"] == [] and forged["count"] > 150
    shared_ledgers[how] = year.ledger()
    assert shared_ledgers[how] == next(iter(shared_ledgers.values()))


@pytest.fixture(scope="module")
def shared_ledgers():
    """The ledgers of the ways tried so far."""
    return {}
