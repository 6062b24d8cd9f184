"""Two months in a warehouse of their own, for the FOCUS tests: July is closed, then it changes.

Every kind of charge is in it: list and negotiated prices, long contexts, reserved capacity, prepaid
credits, shared costs by rule, tax, credits, late requests and a price that was corrected later.
"""

import csv
import hashlib
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts.accounting import focus_file
from scripts.accounting.entries import columns
from tests.python.project import Project, copy_project

MARTS = (
    "rpt_focus_cost_and_usage",
    "rpt_focus_invoice_detail",
    "rpt_focus_billing_period",
    "rpt_focus_cost_and_usage_v1_2",
)
TESTS = (
    "assert_focus_equals_the_ledger",
    "assert_focus_prices_give_costs",
    "assert_focus_splits_sum_to_their_origin",
    "assert_focus_corrections_are_linked",
    "assert_focus_names_every_meter",
)
HOSTILE_FEATURE = '=HYPERLINK("https://example.org")\\ \t"x"'
SEEDS = {
    "organization/credential_owners.csv": [
        "key-contract,Contract key,search,acct-contract,2024-01-01,,",
        "key-prepaid,Prepaid key,growth,acct-prepaid,2024-01-01,,",
        "key-capacity,Capacity key,search,acct-capacity,2024-01-01,,",
    ],
    "contracts/rate_contracts.csv": [
        "c-1,openai,acct-contract,list,USD,2026-07-01 00:00:00,,2026-06-01 00:00:00,effective,test",
    ],
    "contracts/rate_contract_lines.csv": ["c-1,*,*,*,*,,,,,0.15,test"],
    "contracts/capacity_commitments.csv": [
        "cap-1,azure,acct-capacity,gpt-4o,2026-07-01 00:00:00,,2026-06-01 00:00:00,effective,test,"
        ",,",
    ],
    "policy/shared_costs.csv": [
        "infra-07,2026-08-01 00:00:00,gateway-infrastructure,2026-07-01,cost,invoiced,100.01"
        ",,,,,,,",
        "infra-08,2026-08-01 00:00:00,gateway-infrastructure,2026-08-01,cost,estimate,33.33,,,,,,,",
        "ptu-07,2026-08-01 00:00:00,provisioned-throughput,2026-07-01,cost,invoiced,30,azure,,,,,,",
        "ptu-08,2026-08-01 00:00:00,provisioned-throughput,2026-08-01,cost,invoiced,30,azure,,,,,,",
        "promo-08,2026-08-01 00:00:00,provider-credits,2026-08-01,credit,invoiced,-5,openai,,,,,,",
        "vat-08,2026-08-01 00:00:00,tax,2026-08-01,tax,invoiced,7.77,openai,,,,,,",
    ],
    "policy/chargeback_adjustments.csv": [
        "adj-1,2026-08-01,search,cc-4200,-1.25,goodwill,T-1,A,B,2026-08-02 00:00:00,",
    ],
}
# What night two brings: 10 % off for the ordinary account, from the middle of the closed month on.
LATER_SEEDS = {
    "contracts/rate_contracts.csv": [
        "c-2,anthropic,default,list,USD,2026-07-15 00:00:00,,2026-08-10 00:00:00,effective,test",
    ],
    "contracts/rate_contract_lines.csv": ["c-2,*,*,*,*,,,,,0.10,test"],
}
_INVOICE_HEADER = (
    "invoice_id,invoice_issuer,invoice_date,billing_period_start,billing_period_end,line_no,"
    "line_type,description,amount_unrounded,amount,currency,reference_invoice_id"
)
_JULY = "2026-08-02,2026-07-01,2026-08-01"
_AUGUST = "2026-09-02,2026-08-01,2026-09-01"
INVOICES = [
    f"INV-1,openai,{_JULY},1,usage,API usage,0.0200,0.02,USD,",
    f"INV-1,openai,{_JULY},2,tax,VAT,0.0020,0.00,USD,",
    f"INV-1,openai,{_JULY},T,total,Amount due,,0.02,USD,",
    f"INV-2,anthropic,{_JULY},1,usage,API usage,9.10,9.10,EUR,",
    f"INV-3,openai,{_AUGUST},1,credit,Credit memo,-0.01,-0.01,USD,INV-1",
]
PREPAID = [f"INV-4,anthropic,{_JULY},1,prepaid,Prepaid credits,50,50,USD,"]


def event(number: int, day: str, model: str, tokens: dict[str, int], **fields) -> dict:
    """One attempt, as an envelope record."""
    provider = "anthropic" if model.startswith("claude") else "openai"
    return {
        "request_id": f"r{number}", "timestamp": f"{day}T12:00:00Z", "provider": provider,
        "model": model, "status": "success", "environment": "production", "service": "search-svc",
        "feature": "answers", "team": "search", "input_tokens": 0, "output_tokens": 0,
    } | tokens | fields  # fmt: skip


def _events() -> list[dict]:
    mini, sonnet = "gpt-5.4-mini", "claude-sonnet-4-6"
    some = {"input_tokens": 1000, "cached_input_tokens": 300, "output_tokens": 77}
    written = {"input_tokens": 5000, "cache_write_tokens": 1001, "output_tokens": 3}
    events = [
        event(1, "2026-07-03", mini, some),
        event(2, "2026-07-03", mini, some, team="growth", feature=HOSTILE_FEATURE),
        event(3, "2026-07-20", sonnet, written),
        event(4, "2026-07-20", "gpt-5.4", {"input_tokens": 300_000, "output_tokens": 7}),
        event(5, "2026-07-21", mini, some, credential_id="key-contract", service="contract-svc"),
        event(6, "2026-07-21", mini, some, service_tier="batch", team=None, service=None),
        event(7, "2026-07-22", sonnet, some, credential_id="key-prepaid", team="growth"),
        event(8, "2026-07-23", "no-such-model", some),
        event(9, "2026-07-24", "gpt-4o", some, provider="azure", service_tier="ptu",
              credential_id="key-capacity"),
        event(10, "2026-07-25", mini, some, status="error", input_tokens=None, output_tokens=None),
        event(12, "2026-07-20", "gpt-5.4", some),
        event(11, "2026-07-26", mini, some, team="shared-gateway", service="gateway"),
    ]  # fmt: skip
    august = [
        old | {"request_id": f"a{old['request_id']}", "timestamp": f"2026-08{old['timestamp'][7:]}"}
        for old in events
    ]
    return events + august


class FocusWarehouse:
    """The project after July was closed, and after the past changed."""

    def __init__(self, folder: Path, postgres: dict | None = None) -> None:
        self.folder = folder
        self.root = copy_project(folder)
        self.landing = folder / "landing"
        self.project = Project(folder, self.landing, postgres, root=self.root)
        self.is_file = postgres is None
        self.requests = _events()
        self._put("envelope_events/first.jsonl", map(json.dumps, self.requests))
        self._put("generic_invoice_lines/first.csv", [_INVOICE_HEADER, *INVOICES])
        self._put(
            "generic_invoice_lines/account=acct-prepaid/prepaid.csv", [_INVOICE_HEADER, *PREPAID]
        )
        self._append(SEEDS)
        self._build()
        self.before = self.cost_and_usage()
        names = ", ".join(columns())
        posted = names.replace("posted_at", "timestamp '2026-08-05 09:00:00'")
        self.project.write(
            f"insert into ledger.posted_entries ({names}) select {posted} "
            "from marts.fct_chargeback_ledger where posting_period = date '2026-07-01'"
        )
        self.export(folder / "delivered")
        self.delivered = (folder / "delivered/2026-07/cost_and_usage.csv").read_bytes()
        self._post_file()
        late = event(99, "2026-07-30", "gpt-5.4-mini", {"input_tokens": 40}, feature="late")
        again = event(98, "2026-07-03", "gpt-5.4-mini", {"output_tokens": 11})
        self._put("envelope_events/late.jsonl", map(json.dumps, [late, again]))
        self.late_requests = [late, again]
        self._append(LATER_SEEDS)
        self._build()

    def _post_file(self) -> None:
        """As a close does: the rows, the header and the hash of what was delivered."""
        july = date(2026, 7, 1)
        documents = {
            focus_file.NAME: focus_file.header(self.delivered).decode(),
            "manifest.csv": f"{focus_file.NAME},{hashlib.sha256(self.delivered).hexdigest()}\n",
        }
        self.project.write(
            f"insert into ledger.{focus_file.TABLE} {focus_file.selected(july, self.delivered)}",
            *(
                f"insert into ledger.posted_documents values (date '{july}', '{name}', '{content}')"
                for name, content in documents.items()
            ),
        )

    def _put(self, name: str, lines) -> None:
        file = self.landing / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")

    def _append(self, seeds: dict[str, list[str]]) -> None:
        for name, rows in seeds.items():
            with (self.root / "seeds" / name).open("a", encoding="utf-8") as file:
                file.writelines(row + "\n" for row in rows)

    def _build(self) -> None:
        self.project.load()
        wanted = [f"+{mart}" for mart in MARTS] + [
            "+fct_chargeback_ledger", "+fct_spend_daily", "+fct_closed_documents",
        ]  # fmt: skip
        self.project.dbt(
            "build", "--exclude-resource-type", "test", "unit_test", "--select", *wanted
        )

    def check(self, folder: Path) -> None:
        """Run the assertions on FOCUS; on DuckDB in a copy, because a run is written down."""
        project = self.project.copy(folder) if self.is_file else self.project
        project.dbt("test", "--select", *TESTS)

    def cost_and_usage(self) -> list[dict]:
        """The rows of the Cost and Usage mart, as dictionaries."""
        names = [name for name, _ in self.project.columns("rpt_focus_cost_and_usage")]
        quoted = ", ".join(f'"{name}"' for name in names)
        rows = self.project.rows(f"select {quoted} from marts.rpt_focus_cost_and_usage")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def export(self, folder: Path) -> None:
        """Write all files of all periods."""
        self.project.ai_cost("export", "focus", "--folder", str(folder))


def list_price(
    root: Path, provider: str, model: str, meter: str, tier: str, tokens: int
) -> Decimal:
    """USD for one unit as the rate card has it: an own reading of the seed."""
    with (root / "seeds/rate_cards/rate_card_prices.csv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if (row["provider"], row["model"], row["meter"]) == (provider, model, meter)
            and row["service_tier"] == tier
            and row["region_scope"] == "global"
            and row["status"] == "effective"
            and not row["valid_to"]
            and int(row["context_min_tokens"]) < max(tokens, 1)
        ]
    row = max(rows, key=lambda row: (int(row["context_min_tokens"]), row["valid_from"]))
    return Decimal(row["unit_price_usd"]) / Decimal(row["block_size"])


def sums(rows: list[dict], key, amount: str) -> dict:
    """Sums of a column by a key."""
    found = defaultdict(Decimal)
    for row in rows:
        found[key(row)] += row[amount]
    return dict(found)
