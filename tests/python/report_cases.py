"""Rows of marts for the report and the workbook: a plain quarter, and names that bite."""

import datetime
import random
from decimal import Decimal

from tests.python.mart_tables import contracts

LAST = datetime.date(2026, 9, 20)
DAY = datetime.timedelta(days=1)
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

# Ninety days, a million requests and five hundred teams, in the marts that grow with them.
LARGE = (
    """
    insert into marts.fct_spend_daily by name
    select
        date '2026-09-20' - cast(d as integer) as usage_date, 'team-' || t as team_id,
        'service-' || (t % 40) as service_name, 'feature-' || k as feature,
        ['openai', 'anthropic', 'google'][1 + k % 3] as provider,
        'model-' || k as billed_model, 6 as attempt_count, 5 as request_count,
        0 as unpriced_count, 100 as uncached_input_tokens, 10 as cache_read_tokens,
        0 as cache_write_5m_tokens, 0 as cache_write_30m_tokens,
        0 as cache_write_1h_tokens, 0 as cache_write_12h_tokens, 50 as output_tokens,
        (hash(d, t, k) % 100000000000) / 10000000000 as cost_usd
    from range(90) days(d), range(500) teams(t), range(5) kinds(k)
    """,
    """
    insert into marts.fct_logical_requests by name
    select
        'key' || n as logical_request_key, 'litellm' as source_system,
        'request-' || md5(n::text) as logical_request_id,
        'trace-' || (n // 4) as trace_id, 'team-' || (n % 500) as team_id,
        'service-' || (n % 40) as service_name, 'model-' || (n % 5) as billed_model,
        date '2026-09-20' - cast((n // 500) % 90 as integer) as usage_date,
        timestamp '2026-09-20 10:00:00' - to_days(cast((n // 500) % 90 as integer))
            as first_usage_at,
        1 as attempt_count, n % 2 as retry_count, 0 as fallback_count,
        case when n % 9 = 0 then 'failure' else 'success' end as outcome,
        (hash(n) % 100000) / 90000 as cost_usd,
        case when n % 9 = 0 then (hash(n) % 100000) / 90000 else 0 end as wasted_cost_usd
    from range(1000000) requests(n)
    """,
    """
    insert into marts.fct_priced_requests by name
    select
        logical_request_key as request_key, logical_request_id, usage_date, trace_id, team_id,
        service_name, billed_model, first_usage_at as usage_at, 'openai' as provider,
        1 as attempt_number, false as is_retry, false as is_fallback, 100 as uncached_input_tokens,
        0 as cache_read_tokens, 0 as cache_write_5m_tokens, 0 as cache_write_30m_tokens,
        0 as cache_write_1h_tokens, 0 as cache_write_12h_tokens, 50 as output_tokens,
        source_system, cost_usd
    from marts.fct_logical_requests
    """,
    """
    insert into marts.fct_traces by name
    select
        trace_id, min(team_id) as team_id, min(usage_date) as usage_date,
        min(first_usage_at) as first_usage_at, min(service_name) as service_name,
        count(*) as step_count, count(*) as request_count, sum(cost_usd) as cost_usd,
        max(cost_usd) as costliest_step_cost_usd
    from marts.fct_logical_requests group by 1
    """,
    """
    insert into marts.fct_chargeback_statements by name
    select
        make_date(2026, m, 1) as posting_period, 'team-' || t as team_id, 'cc-1' as cost_center_id,
        'closed' as period_status, 'showback' as charge_mode, 1234.56 as direct_usd,
        1.23 as shared_usd, 0 as credits_usd, 0 as adjustments_usd, 1235.79 as total_usd,
        12.34 as change_usd, 1000 as budget_usd
    from range(7, 10) months(m), range(500) teams(t)
    """,
    """
    insert into marts.fct_savings_opportunities by name
    select
        'batchable_live' as opportunity, 'rule-' || n as rule_id, 'team-' || t as team_id,
        'service-' || n as service_name, 'feature-' || n as feature, 'model-' || n as billed_model,
        'batch' as alternative, 'Extraction waits up to a day for its answer; ' || n as assumption,
        5 as attempt_count, 20 as actual_cost_usd, 10 + n as saving_usd, true as is_last_month
    from range(500) teams(t), range(9) rows(n)
    """,
    """
    insert into marts.fct_spend_anomalies by name
    select
        'a' || t || n as anomaly_id, 'daily-200' as rule_id, 'daily_ratio' as rule_kind,
        'warning' as severity, 'team-' || t as team_id,
        date '2026-09-20' - cast(n as integer) as usage_date,
        12.3456789 as observed_usd, 6.1234567 as baseline_usd
    from range(500) teams(t), range(9) rows(n)
    """,
)


def _money(chance: random.Random, limit: int = 40) -> Decimal:
    # Thirteen decimals: sums that are only right to the cent by luck would show.
    return Decimal(chance.randrange(0, limit * 10**13)) / 10**13


def filled(mart: str, number: int, chance: random.Random, **fixed) -> list[dict]:
    """Rows of a mart with something of the right type in every column."""
    kinds = contracts().get(mart, {})
    rows = []
    for n in range(number):
        values = {
            "varchar": lambda name, n=n: f"{name} {n}",
            "date": lambda name, n=n: LAST - datetime.timedelta(days=n % 20),
            "timestamp": lambda name, n=n: f"{LAST} 10:{n % 60:02}:00",
            "boolean": lambda name: True,
            "bigint": lambda name, n=n: n + 1,
            "integer": lambda name, n=n: n + 1,
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
    spend, daily, coverage, logical, attempts, traces = [], [], [], [], [], []
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
            for place in (1, 2):
                # One attempt failed, the other was answered; together they cost the request.
                part = request["cost_usd"] / 4
                attempts.append(
                    request
                    | {
                        "request_key": f"attempt-{number}-{n}-{place}",
                        "logical_request_id": f"request-{number}-{n}",
                        "source_system": "envelope_events",
                        "source_file": f"envelope_events/{n}.jsonl",
                        "line_number": place,
                        "usage_at": f"{LAST - datetime.timedelta(days=n)} 10:00:0{place}",
                        "attempt_number": place,
                        "is_retry": place == 2,
                        "is_fallback": False,
                        "provider": "openai",
                        "billed_model": "gpt-5.4",
                        "service_tier": "standard",
                        "request_status": "error" if place == 1 else "ok",
                        "uncached_input_tokens": 100,
                        "cache_read_tokens": 20,
                        "cache_write_5m_tokens": 0,
                        "cache_write_30m_tokens": 0,
                        "cache_write_1h_tokens": 0,
                        "cache_write_12h_tokens": 0,
                        "output_tokens": 30,
                        "cost_usd": part if place == 1 else request["cost_usd"] - part,
                    }
                )
                del attempts[-1]["first_usage_at"]
            logical.append(
                request
                | {
                    "logical_request_key": f"key-{number}-{n}",
                    "logical_request_id": f"request-{number}-{n}",
                    "billed_model": "gpt-5.4",
                    "source_system": "envelope_events",
                    "customer_id": f"customer-{n % 3}" if n % 4 else None,
                    "unpriced_count": 0,
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
                    "reconciling_item_usd": Decimal(0),
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
                "unattributed_cost_usd": _money(chance, 10),
            }
        )
    # One line that only one side can ever know: a difference, and no variance.
    daily[0] |= {"status": "reconciling_item", "reconciling_item_usd": daily[0]["variance_usd"]}
    daily[0] |= {"variance_usd": Decimal(0), "decision_state": None, "reason_code": "tax"}
    for line in daily:
        for side in ("gateway_cost_usd", "provider_cost_usd"):
            is_compared = line["status"] not in ("no_bill", "reconciling_item")
            line[f"compared_{side}"] = line[side] if is_compared else None
    states = ["open", "accepted", "disputed", "reopened"]
    providers = ["openai", "anthropic"]
    found = {
        "fct_reconciliation_exceptions": filled(
            "fct_reconciliation_exceptions",
            12,
            chance,
            provider=lambda n: providers[n % 2],
            decision_state=lambda n: states[n % 4],
            variance_usd=lambda n: _money(chance) - 20,
        ),
        "fct_reconciliation_accuracy": _accuracy(daily),
        "fct_reconciliation_monthly": filled(
            "fct_reconciliation_monthly",
            4,
            chance,
            provider=lambda n: providers[n % 2],
            usage_month_date=lambda n: datetime.date(2026, 8 + n // 2, 1),
            total_status=lambda n: ["breach", "within_materiality"][n % 2],
        ),
        "fct_reconciliation_invoices": filled(
            "fct_reconciliation_invoices",
            8,
            chance,
            provider=lambda n: providers[n // 4],
            billing_period_start_date=lambda n: datetime.date(2026, 8, 1),
            is_credit_memo=lambda n: n == 1,
            status=lambda n: ["matched", "credit_memo", "not_invoiced", "breach"][n % 4],
        ),
        "fct_provider_restatements": filled("fct_provider_restatements", 3, chance),
        "fct_leaked_spend": filled("fct_leaked_spend", 4, chance),
        "fct_unmetered_usage_daily": filled("fct_unmetered_usage_daily", 4, chance),
        "fct_unpriced_usage_daily": filled(
            "fct_unpriced_usage_daily",
            4,
            chance,
            team_id=lambda n: teams[n % len(teams)],
            usage_issue=lambda n: ["none", "negative_tokens"][n % 2],
        ),
        "fct_unpriced_meters_daily": filled("fct_unpriced_meters_daily", 4, chance),
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
            "fct_spend_anomalies",
            len(teams),
            chance,
            team_id=lambda n: teams[n],
            rule_kind=lambda n: ["daily_ratio", "budget_share"][n % 2],
            threshold=lambda n: Decimal(2),
            outcome=lambda n: ["open", "mended", "wanted"][n % 3],
        ),
        "fct_costliest_traces_weekly": filled(
            "fct_costliest_traces_weekly",
            30,
            chance,
            week_start_date=lambda n: datetime.date(2026, 8, 31) + 7 * (n // 10) * DAY,
            cost_rank=lambda n: n % 10 + 1,
            team_id=lambda n: teams[n % len(teams)],
            note=lambda n: f"note {n}" if n % 3 else None,
            explained_by=lambda n: "Ada Okafor" if n % 3 else None,
        ),
        "fct_spend_quarterly": filled(
            "fct_spend_quarterly",
            6 * len(teams),
            chance,
            period_grain=lambda n: "quarter",
            team_id=lambda n: teams[n // 6],
            provider=lambda n: providers[n % 2],
            period_start_date=lambda n: datetime.date(2026, 1 + 3 * (n // 2 % 3), 1),
            is_complete_period=lambda n: n // 2 % 3 < 2,
        ),
        "fct_chargeback_report": filled(
            "fct_chargeback_report",
            4 * len(teams),
            chance,
            team_id=lambda n: teams[n // 4],
            period_grain=lambda n: ["week", "month"][n % 2],
            period_start_date=lambda n: datetime.date(2026, 8, [31, 1][n % 2]),
        ),
        "fct_model_success_daily": filled("fct_model_success_daily", 4, chance),
        "fct_outcome_costs_daily": filled("fct_outcome_costs_daily", 4, chance),
        "fct_unit_costs": filled(
            "fct_unit_costs",
            3,
            chance,
            unit_kind=lambda n: "customer",
            usage_period=lambda n: datetime.date(2026, 9, 1),
            margin_usd=lambda n: Decimal(n - 1),
        ),
        "fct_user_spend_monthly": filled(
            "fct_user_spend_monthly",
            len(teams),
            chance,
            team_id=lambda n: teams[n],
            usage_period=lambda n: datetime.date(2026, 9, 1),
            user_rank=lambda n: 1,
        ),
        "fct_chargeback_ledger": filled("fct_chargeback_ledger", 9, chance),
        "fct_spend_daily": spend,
        "fct_reconciliation_daily": daily,
        "fct_attribution_coverage_daily": coverage,
        "fct_logical_requests": logical,
        "fct_priced_requests": attempts,
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
    # The report must stand without a mart; one that is promised is filled.
    return {mart: rows for mart, rows in found.items() if mart in contracts()}


def _accuracy(daily: list[dict]) -> list[dict]:
    """By month and provider, of the lines with a bill."""
    groups: dict[tuple, list[dict]] = {}
    for line in daily:
        if line["status"] not in ("no_bill", "reconciling_item"):
            key = (line["usage_date"].replace(day=1), line["provider"])
            groups.setdefault(key, []).append(line)
    rows = []
    for (month, provider), lines in sorted(groups.items()):
        billed = sum(line["provider_cost_usd"] for line in lines)
        captured = sum(min(line["gateway_cost_usd"], line["provider_cost_usd"]) for line in lines)
        apart = sum(abs(line["variance_usd"]) for line in lines)
        told = sum(abs(line["variance_usd"]) for line in lines if line["reason_code"])
        row = {"usage_month_date": month, "provider": provider, "billed_usd": billed}
        row |= {"captured_usd": captured, "captured_share": round(captured / billed, 6)}
        row |= {"gross_variance_usd": apart, "explained_usd": told}
        row |= {"explained_share": round(told / apart, 6), "unexplained_usd": apart - told}
        rows.append(row | {"unexplained_share": round((apart - told) / billed, 6)})
    return rows


def bitten(rows: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """The same rows with an odd name in every text cell that is not a code of ours."""
    codes = {
        "status",
        "period_grain",
        "outcome",
        "attribution_status",
        "decision_state",
        "alert_state",
        "meter",
        "reason_code",
        "total_status",
    }
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
