"""Claims to providers: from differences on a bill to a file that their support can act on.

A claim is a folder: a letter, the lines of the bill, our requests behind them, the dated prices.
Its lines go into claims.csv of the company; fct_claims follows them until a credit memo ties.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from scripts import console
from scripts.accounting.close_pack import as_csv
from scripts.accounting.ledger import query
from scripts.accounting.reviews import KEY
from scripts.errors import Refused, UserError
from scripts.loading.paths import literal
from scripts.money import money
from scripts.operations.clock import run_instant
from scripts.operations.company import decisions, started, writable
from scripts.operations.whole_files import append_whole, write_whole
from scripts.rates.meters import meters

CLAIMS = "claims"
COLUMNS = (
    "claim_id", *KEY, "claimed_usd", "opened_at", "opened_by", "credit_invoice_id",
    "credit_line_no", "note",
)  # fmt: skip
_SHOWN_KEY = 10
_FACTS = (
    "gateway_quantity", "provider_quantity", "gateway_cost_usd", "provider_cost_usd",
    "variance_usd", "reason_code", "reason_evidence", "decision_state",
)  # fmt: skip
# Only what is billed above our figure can be claimed back.
_CLAIMABLE = f"""
    select exception_key, {", ".join((*KEY, *_FACTS))}
    from marts.fct_reconciliation_exceptions
    where variance_usd < 0
    order by variance_usd, exception_key
"""
_CLAIMS = """
    select claim_id, provider, claim_status, claimed_usd, recovered_usd, age_days
    from marts.fct_claims order by age_days desc, claim_id
"""
_LINE = "usage_date = {day} and provider = {provider} and billing_account_id = {account}"
_BILL_LINES = """
    select source_file, line_number, description, service_tier, sub_account_id, credential_id,
        quantity, amount, currency, amount_usd
    from intermediate.int_bill_lines_by_category
    where {line} and billed_model = {model} and meter = {meter}
    order by source_file, line_number, description, amount
"""
_BILL_HEAD = (
    "source_file", "line_number", "description", "service_tier", "sub_account_id", "credential_id",
    "quantity", "amount", "currency", "amount_usd",
)  # fmt: skip
_REQUEST_HEAD = (
    "usage_at", "provider_response_id", "request_id", "served_model", "service_tier",
    "request_status", "quantity", "cost_usd", "price_card_version",
)  # fmt: skip
_REQUESTS = """
    select usage_at, provider_response_id, request_id, served_model, priced_tier, request_status,
        {quantity}, {cost}, price_card_version
    from marts.fct_priced_requests
    where {line} and is_billable {of_model} {counted}
    order by usage_at, request_id, request_key
"""
_PRICE_HEAD = (
    "service_tier", "region_scope", "context_from_tokens", "usd_per_unit", "price_card_version",
    "price_valid_from",
)  # fmt: skip
_PRICES = """
    select service_tier, region_scope, context_start_tokens, {rate}, price_card_version,
        price_valid_from
    from intermediate.int_rate_windows
    where provider = {provider} and model = {model} and {rate} is not null
        and valid_from <= {day} and valid_to > {day}
    order by 1, 2, 3
"""


@dataclass(frozen=True)
class Line:
    """One line of the reconciliation that is claimed."""

    key: str
    cells: tuple
    ours: tuple[Decimal | None, Decimal | None]
    theirs: tuple[Decimal | None, Decimal | None]
    claimed_usd: Decimal
    cause: str
    evidence: str | None

    @property
    def day(self) -> date:
        """Day of use."""
        return self.cells[0]

    @property
    def meter(self) -> str:
        """What is charged for."""
        return self.cells[4]

    @property
    def sql(self) -> dict[str, str]:
        """Its key as literals."""
        day, *texts = self.cells
        names = ("provider", "account", "model", "meter")
        found = dict(zip(names, (literal(text) for text in texts), strict=True))
        found["day"] = f"cast('{day}' as date)"
        return found | {"line": _LINE.format(**found)}


def claim(
    keys: Sequence[str], opened_by: str, folder: Path, file: Path | None, note: str, dry_run: bool
) -> int:
    """Open a claim on exceptions, or list what can be claimed when none is named."""
    known = [_line(row) for row in query(_CLAIMABLE)]
    if not keys:
        _list(known)
        return 0
    if not opened_by.strip():
        raise UserError("say who opens the claim: --opened-by NAME")
    path = file or decisions(CLAIMS)
    on_file = _on_file(path if dry_run else writable(path, COLUMNS))
    lines = _chosen(keys, known, on_file)
    opened_at = run_instant().replace(microsecond=0)
    name = _name(lines, opened_at)
    total = sum((line.claimed_usd for line in lines), Decimal(0))
    said = f"{name}: {_usd(total)} on {len(lines)} lines"
    if dry_run:
        print(f"{said}; nothing is written")
        return 0
    _write(folder / name, name, lines, opened_by, opened_at)
    _append(started(path, COLUMNS), name, lines, opened_by, opened_at, note)
    print(f"{said}; written to {folder / name}, and recorded in {path}")
    print("fct_claims follows it from the next `make nightly` on.")
    return 0


def _line(row: tuple) -> Line:
    key, *cells = row[: 1 + len(KEY)]
    facts = dict(zip(_FACTS, row[1 + len(KEY) :], strict=True))
    return Line(
        key,
        tuple(cells),
        (facts["gateway_quantity"], facts["gateway_cost_usd"]),
        (facts["provider_quantity"], facts["provider_cost_usd"]),
        -facts["variance_usd"],
        facts["reason_code"] or "no cause found",
        facts["reason_evidence"],
    )


def _list(known: list[Line]) -> None:
    rows = [
        [line.key[:_SHOWN_KEY], *map(str, line.cells), line.cause, money(line.claimed_usd)]
        for line in known
    ]
    if rows:
        console.table(["exception", *KEY, "cause", "above ours, USD"], rows, left=7)
    else:
        print("Nothing is billed above our figures: there is nothing to claim.")
    found = query(_CLAIMS)
    if found:
        console.table(
            ["claim", "provider", "status", "claimed, USD", "recovered, USD", "days"],
            [[*row[:3], money(row[3]), money(row[4]), str(row[5])] for row in found],
            left=3,
        )


def _chosen(keys: Sequence[str], known: list[Line], on_file: set[tuple[str, ...]]) -> list[Line]:
    """The lines that the keys, or their beginnings, name; Refused where one is of none or two."""
    lines: dict[str, Line] = {}
    for key in keys:
        found = [line for line in known if key and line.key.startswith(key.lower())]
        if len(found) != 1:
            what = "no exception above our figures" if not found else f"{len(found)} exceptions"
            raise Refused(f"{key} names {what}; `ai-cost claim` lists them")
        (line,) = found
        if tuple(map(str, line.cells)) in on_file:
            raise Refused(f"{key} is claimed already: see claims.csv")
        lines[line.key] = line
    if len({line.cells[1:3] for line in lines.values()}) > 1:
        raise Refused("a claim is to one provider and of one account; open one for each")
    return sorted(lines.values(), key=lambda line: line.cells)


def _name(lines: list[Line], opened_at: datetime) -> str:
    """Provider, day, and what tells two claims of a day apart."""
    digest = hashlib.sha256("".join(line.key for line in lines).encode()).hexdigest()[:6]
    provider = re.sub(r"[^a-z0-9]+", "-", lines[0].cells[1].lower())
    return f"{provider}-{opened_at:%Y%m%d}-{digest}"


def _write(folder: Path, name: str, lines: list[Line], opened_by: str, opened_at: datetime) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {error.strerror}") from None
    bills, requests, prices = ([], [], [])
    for line in lines:
        cells = list(map(str, line.cells))
        bills += [cells + _short(row) for row in query(_BILL_LINES.format(**line.sql))]
        requests += [cells + _short(row) for row in query(_requests_sql(line))]
        prices += [cells + _short(row) for row in _prices(line)]
    for file, head, rows in (
        ("bill_lines.csv", _BILL_HEAD, bills),
        ("requests.csv", _REQUEST_HEAD, requests),
        ("prices.csv", _PRICE_HEAD, prices),
    ):
        write_whole(folder / file, as_csv([*KEY, *head], rows))
    letter = _letter(name, lines, opened_by, opened_at, len(bills), len(requests))
    write_whole(folder / "claim.md", letter.encode())


def _requests_sql(line: Line) -> str:
    """Our attempts on the line; of a line for all meters or models, all of them."""
    meter = next((each for each in meters() if each.name == line.meter), None)
    named = "coalesce(billed_model, lower(served_model), lower(requested_model), 'none')"
    is_one = line.cells[3] != "all models"
    return _REQUESTS.format(
        line=line.sql["line"],
        of_model=f"and {named} = {line.sql['model']}" if is_one else "",
        quantity=meter.quantity if meter else "null",
        cost=f"{meter.name}_cost_usd" if meter else "cost_usd",
        counted=f"and {meter.quantity} != 0" if meter else "",
    )


def _prices(line: Line) -> list[tuple]:
    if line.meter not in {each.name for each in meters()}:
        return []
    return query(_PRICES.format(rate=f"{line.meter}_rate_usd", **line.sql))


def _letter(
    name: str, lines: list[Line], by: str, at: datetime, bill_count: int, request_count: int
) -> str:
    _, provider, account, *_ = lines[0].cells
    total = sum((line.claimed_usd for line in lines), Decimal(0))
    rows = [
        "| day | model | meter | you billed: quantity | USD | we count: quantity | USD "
        "| difference, USD |",
        "|---|---|---|---:|---:|---:|---:|---:|",
    ]
    for line in lines:
        (our_quantity, our_usd), (their_quantity, their_usd) = line.ours, line.theirs
        rows.append(
            f"| {line.day} | {_cell(line.cells[3])} | {_cell(line.meter)} "
            f"| {_count(their_quantity)} | {_exact(their_usd)} | {_count(our_quantity)} "
            f"| {_exact(our_usd)} | {_exact(line.claimed_usd)} |"
        )
    causes = [
        f"- {line.day}, {_cell(line.cells[3])}, {_cell(line.meter)}: {line.cause.replace('_', ' ')}"
        + (f" ({_cell(line.evidence)})" if line.evidence else "")
        for line in lines
    ]
    return "\n".join(
        [
            f"# Claim {name}",
            "",
            f"To: {provider}. Account: {_cell(account)}. Opened by {_cell(by)} on {at:%Y-%m-%d}.",
            "",
            f"The bill is {_usd(total)} above what our records and your prices come to. We ask for "
            "a credit of this amount, with the name of this claim on the credit memo.",
            "",
            *rows,
            "",
            "What we found:",
            "",
            *causes,
            "",
            f"- `bill_lines.csv`: the lines of your bill, {bill_count:,}, with file and line.",
            f"- `requests.csv`: our requests on these days, models and meters, {request_count:,}, "
            "with the ids of your answers.",
            "- `prices.csv`: the prices that held on these days, by tier, region and length of "
            "context, with the price list they are from.",
            "",
            "Days are UTC. An empty figure is one that our records do not have.",
            "",
        ]
    )


def _short(row: Sequence) -> list:
    """The same without the zeros at the end of its figures."""
    return [value.normalize() if isinstance(value, Decimal) else value for value in row]


def _append(path: Path, name: str, lines: list[Line], by: str, at: datetime, note: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for line in lines:
        writer.writerow(
            [name, *line.cells, _exact(line.claimed_usd), at.isoformat(" "), by, "", "", note]
        )
    append_whole(path, text.getvalue())


def _on_file(path: Path) -> set[tuple[str, ...]]:
    if not path.exists():
        return set()
    with path.open(newline="", encoding="utf-8-sig") as file:
        return {tuple(row[name] for name in KEY) for row in csv.DictReader(file)}


def _cell(text: str) -> str:
    """A text on one line of a table, without what would be markup."""
    return console.printable(text).replace("\\", "\\\\").replace("|", "\\|").replace("`", "'")


def _exact(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _count(quantity: Decimal | None) -> str:
    return "" if quantity is None else f"{quantity.normalize():,f}"


def _usd(amount: Decimal) -> str:
    return f"USD {money(amount)}"
