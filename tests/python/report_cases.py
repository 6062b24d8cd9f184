"""Rows of marts for the report and the workbook: a plain quarter, and names that bite."""

import datetime
import random
from decimal import Decimal

from tests.python.mart_tables import contracts

LAST = datetime.date(2026, 9, 20)
DAYS = [LAST - datetime.timedelta(days=n) for n in range(90)][::-1]
ODD_NAMES = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "'; drop table marts.fct_spend_daily; --",
    "=cmd()",
    '=HYPERLINK("http://example.invalid","pay")',
    "+1-1",
    "@sum(A1)",
    "-2+3",
    "{{ 7 * 7 }}{% raw %}",
    "日本語 чат ‮right-to-left‬ 😀",
    "x" * 200,
    "</title></script><svg onload=window.hacked=1>",
    "a/../../b\\c?d#e&amp;",
    "javascript:window.hacked=1",
)


def _money(chance: random.Random, limit: int = 40) -> Decimal:
    # Thirteen decimals: sums that are only right to the cent by luck would show.
    return Decimal(chance.randrange(0, limit * 10**13)) / 10**13


def filled(mart: str, number: int, chance: random.Random, **fixed) -> list[dict]:
    """Rows of a mart with something of the right type in every column."""
    kinds = contracts()[mart]
    rows = []
    for n in range(number):
        values = {
            "varchar": lambda name, n=n: f"{name} {n}",
            "date": lambda name, n=n: LAST - datetime.timedelta(days=n % 20),
            "timestamp": lambda name, n=n: f"{LAST} 10:{n % 60:02}:00",
            "boolean": lambda name: True,
            "bigint": lambda name, n=n: n + 1,
        }
        row = {
            name: values[kind](name) if kind in values else _money(chance)
            for name, kind in kinds.items()
        }
        rows.append(row | {name: value(n) for name, value in fixed.items()})
    return rows


def quarter(teams: list[str], seed: int = 1) -> dict[str, list[dict]]:
    """Ninety days of every mart that the pages read, two days of three with spend."""
    chance = random.Random(seed)
    spend, daily, coverage, logical, traces = [], [], [], [], []
    for number, team in enumerate(teams):
        for day in DAYS:
            if chance.random() < 0.3:
                continue
            for provider, model in (("openai", "gpt-5.4"), ("anthropic", "claude-haiku-4-5")):
                spend.append(
                    {
                        "usage_date": day,
                        "team_id": team,
                        "service_name": chance.choice(["api", "batch", None]),
                        "feature": chance.choice(["chat", "search", None]),
                        "provider": provider,
                        "billed_model": model,
                        "service_tier": "standard",
                        "attempt_count": 11,
                        "request_count": chance.randrange(1, 20),
                        "cost_usd": _money(chance),
                        "unpriced_count": chance.choice([0, 0, 0, 1]),
                        "uncached_input_tokens": 1000,
                        "cache_read_tokens": 200,
                        "cache_write_5m_tokens": 0,
                        "cache_write_30m_tokens": 0,
                        "cache_write_1h_tokens": 0,
                        "cache_write_12h_tokens": 0,
                        "output_tokens": 300,
                    }
                )
        for n in range(14):
            request = {
                "usage_date": LAST - datetime.timedelta(days=n),
                "first_usage_at": f"{LAST - datetime.timedelta(days=n)} 10:00:00",
                "team_id": team,
                "service_name": "api",
                "trace_id": f"trace-{number}-{n}",
                "cost_usd": _money(chance, 3),
            }
            logical.append(
                request
                | {
                    "logical_request_key": f"key-{number}-{n}",
                    "logical_request_id": f"request-{number}-{n}",
                    "billed_model": "gpt-5.4",
                    "source_system": "envelope_events",
                    "outcome": "failure" if n % 3 == 0 else "success",
                    "attempt_count": 2,
                    "retry_count": 1,
                    "fallback_count": 0,
                    "wasted_cost_usd": request["cost_usd"] if n % 3 == 0 else Decimal(0),
                }
            )
            traces.append(request | {"step_count": 3, "request_count": 2})
    for day in DAYS:
        for provider in ("openai", "anthropic"):
            ours, theirs = _money(chance), _money(chance)
            daily.append(
                {
                    "usage_date": day,
                    "provider": provider,
                    "billing_account_id": "default",
                    "billed_model": "gpt-5.4",
                    "meter": "output",
                    "gateway_cost_usd": ours,
                    "provider_cost_usd": theirs,
                    "variance_usd": ours - theirs,
                    "tolerance_usd": Decimal(1),
                    "status": chance.choice(["matched", "within_tolerance", "breach", "no_bill"]),
                    "reason_code": chance.choice(["late", "stale_rate", None]),
                    "known_absent_usd": Decimal(0),
                    "decision_state": "open",
                    "is_settled": day < LAST,
                }
            )
        coverage.append(
            {
                "usage_date": day,
                "source_system": "envelope_events",
                "service_name": "api",
                "attribution_status": "unattributed",
                "attempt_count": 5,
                "cost_usd": Decimal(10),
                "mystery_spend_usd": _money(chance, 10),
            }
        )
    # One line that only one side can ever know: a difference, and no variance.
    daily[0] |= {"status": "known_absent", "known_absent_usd": daily[0]["variance_usd"]}
    daily[0] |= {"variance_usd": Decimal(0), "decision_state": None, "reason_code": "tax"}
    states = ["open", "accepted", "disputed", "reopened"]
    return {
        "fct_reconciliation_exceptions": filled(
            "fct_reconciliation_exceptions",
            12,
            chance,
            decision_state=lambda n: states[n % 4],
            variance_usd=lambda n: _money(chance) - 20,
        ),
        "fct_reconciliation_invoices": filled(
            "fct_reconciliation_invoices",
            8,
            chance,
            billing_period_start_date=lambda n: datetime.date(2026, 8, 1),
            is_credit_memo=lambda n: n == 1,
            status=lambda n: ["matched", "credit_memo", "not_invoiced", "breach"][n % 4],
        ),
        "fct_provider_restatements": filled("fct_provider_restatements", 3, chance),
        "fct_leaked_spend": filled("fct_leaked_spend", 4, chance),
        "fct_unmetered_usage_daily": filled("fct_unmetered_usage_daily", 4, chance),
        "fct_efficiency_weekly": filled(
            "fct_efficiency_weekly",
            3 * len(teams),
            chance,
            team_id=lambda n: teams[n // 3],
            week_start_date=lambda n: LAST - datetime.timedelta(days=7 * (n % 3) + 6),
        ),
        "fct_savings_opportunities": filled(
            "fct_savings_opportunities", 2 * len(teams), chance, team_id=lambda n: teams[n // 2]
        ),
        "fct_prompt_regressions": filled("fct_prompt_regressions", 2, chance),
        "fct_retry_paths_weekly": filled("fct_retry_paths_weekly", 2, chance),
        "fct_chargeback_statements": filled(
            "fct_chargeback_statements",
            2 * len(teams),
            chance,
            team_id=lambda n: teams[n // 2],
            posting_period=lambda n: datetime.date(2026, 8 + n % 2, 1),
        ),
        "fct_budget_status": filled(
            "fct_budget_status",
            len(teams),
            chance,
            team_id=lambda n: teams[n],
            budget_period=lambda n: datetime.date(2026, 9, 1),
            alert_state=lambda n: ["ok", "warning", "critical"][n % 3],
            spent_share=lambda n: Decimal(n + 1) / 4,
        ),
        "fct_spend_anomalies": filled(
            "fct_spend_anomalies", len(teams), chance, team_id=lambda n: teams[n]
        ),
        "fct_chargeback_ledger": filled("fct_chargeback_ledger", 9, chance),
        "fct_spend_daily": spend,
        "fct_reconciliation_daily": daily,
        "fct_attribution_coverage_daily": coverage,
        "fct_logical_requests": logical,
        "fct_traces": traces,
        "fct_quarantined_records": [
            {"quarantine_key": str(n), "source_system": "envelope_events", "reason": "not JSON"}
            for n in range(3)
        ],
        "dim_teams": [
            {
                "team_id": team,
                "team_name": f"Team {team}",
                "team_lead": "Ada Okafor",
                "cost_center_id": "cc-1",
                "valid_from": "2024-01-01",
                "valid_to": "2999-01-01",
            }
            for team in teams
        ],
        "dim_cost_centers": [
            {
                "cost_center_id": "cc-1",
                "cost_center_name": "Research & Development",
                "valid_from": "2024-01-01",
                "valid_to": "2999-01-01",
            }
        ],
    }


def bitten(rows: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """The same rows with an odd name in every text cell that is not a code of ours."""
    codes = {"status", "outcome", "attribution_status", "decision_state", "alert_state"}
    found: dict[str, list[dict]] = {}
    for mart, members in rows.items():
        found[mart] = []
        for n, row in enumerate(members):
            changed = {
                name: ODD_NAMES[(n + place) % len(ODD_NAMES)]
                if isinstance(value, str) and name not in codes and not _is_time(value)
                else value
                for place, (name, value) in enumerate(row.items())
            }
            found[mart].append(changed)
    return found


def _is_time(value: str) -> bool:
    return value[:4].isdigit() and value[4:5] == "-" and value[7:8] == "-"
