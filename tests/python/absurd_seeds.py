"""Rows of policy and of the rate card that nobody would write, and that must do no harm.

Those that may be meant are built with; those that cannot be are refused, each by its name.
"""

import json
import os
from itertools import product
from pathlib import Path

from tests.python.landing import event

TEAMS = ("support", "search", "growth", "research", "data-platform")
MONTHS = ("2026-08-01", "2026-09-01", "2026-11-01")
AMOUNTS = ("0", "0.000000000000001", "0.000000001", "0.01", "999999999999.99", "1000000000000")
PRICES = ("0", "0.000000001", "0.01", "600", "1000", "9999.999999999", "10000")
KINDS = (
    *("budget_share", "baseline_share", "rolling_share_of_budget", "daily_ratio", "request_tokens"),
    *("past_months_share", "past_days_share", "rolling_share_of_past_months", "unit_cost_ratio"),
    *("trace_steps", "trace_repeats"),
)
METHODS = (
    *("proportional_spend", "proportional_requests", "proportional_tokens", "even"),
    "proportional_users",
    *("fixed_percent", "central"),
)
TIERS = "standard,global,0,false"
SINCE = "2024-01-01 00:00:00,,2024-01-01 00:00:00,effective,test"


def legal() -> dict[str, list[str]]:
    """Seed -> rows that are odd and may be meant."""
    return {
        "budgets": [
            f"{team},{month},{plan},Ada Okafor"
            for (team, plan), month in product(
                zip(TEAMS, AMOUNTS, strict=False), ("2026-05-01", "2026-06-01", "2027-01-01")
            )
        ],
        "budget_overrides": [
            f"{team},{month},2026-08-02 00:00:00,{AMOUNTS[(n + m) % len(AMOUNTS)]},test,Ada Okafor"
            for (n, team), (m, month) in product(enumerate(TEAMS), enumerate(MONTHS))
        ],
        "spend_alert_rules": [
            f"absurd-{kind}-{threshold}-{days},{kind},{team},{days},{threshold},{least},info,,,test,,"
            for kind, threshold, (days, team, least) in product(
                KINDS,
                ("0", "0.000001", "10000"),
                ((1, "*", 0), (30, "search", "0.000000000000001"), (7, "growth", 10**12)),
            )
        ]
        + ["absurd-tokens,request_tokens,*,,999999999999.999999,0,info,,,test,,"]
        + ["absurd-never,daily_ratio,*,7,2,0,info,2026-08-01,2026-08-01,no day at all,,"],
        "reconciliation_tolerances": [
            "absurd,mistral,0,0,2024-01-01,,test",
            "absurd,xai,1000000,1,2024-01-01,,test",
            "absurd,deepseek,0.000000001,0.000001,2024-01-01,,test",
        ],
        "settlement_lags": [
            "absurd,mistral,0,2024-01-01,,test",
            "absurd,xai,3650,2024-01-01,,test",
        ],
        "efficiency_rules": _efficiency(),
        **_allocation(),
        "chargeback_adjustments": [
            f"absurd-{n},{MONTHS[n % 3]},{TEAMS[n % 5]},cc-4100,{sign}{amount},goodwill,t,Ada,Ben,"
            "2026-11-05 00:00:00,test"
            for n, (sign, amount) in enumerate(product(("", "-"), AMOUNTS))
        ],
        "chargeback_terms": ["growth,chargeback,CHF,2026-09-01,"],
        "fx_rates": [
            "CHF,2024-01-01,0.000000010,test",
            "GBP,2024-01-01,100000,test",
        ],
        # the accounts of the contracts
        "credential_owners": [
            "absurd-key-2,Absurd,research,absurd-account,2024-01-01,,test",
            "absurd-key-5,Absurd,research,other-account,2024-01-01,,test",
        ],
        **_prices(),
    }


def _efficiency() -> list[str]:
    """Limits at nothing and at everything."""
    anything = "*,*,*,*,*,"
    return [
        f"absurd-1,batchable_live,{anything},,,,,,,,2024-01-01,,test",
        f"absurd-2,premium_short_task,{anything},gpt-5.4-mini,,0,0,,,,2024-01-01,,test",
        f"absurd-3,premium_short_task,{anything},absurd-1,,999999999999,999999999999,,,,"
        "2024-01-01,,test",
        f"absurd-4,cache_missed,{anything},,0,,,0,,0,2024-01-01,,test",
        f"absurd-5,cache_missed,{anything},,999999999999,,,1,,1,2024-01-01,,test",
        f"absurd-6,failed_attempts,{anything},,,,,,,0,2024-01-01,,test",
        f"absurd-7,failed_attempts,{anything},,,,,,,0.000001,2024-01-01,,test",
        f"absurd-8,prompt_regression,{anything},,,,,1,0,,2024-01-01,,test",
        f"absurd-9,prompt_regression,{anything},,,,,1,9999999999.999999,,2024-01-01,,test",
        f"absurd-10,model_switch,{anything},absurd-1,,,,,,0,2024-01-01,,test",
        f"absurd-11,model_switch,{anything[:-1]},mistral,absurd-2,,,,,,1,2024-01-01,,test",
        f"absurd-12,long_input,{anything},,0,,,,,1,2024-01-01,,test",
        f"absurd-13,long_output,{anything},,,,0,,,,2024-01-01,,test",
    ]


def _allocation() -> dict[str, list[str]]:
    """A pool per method and span, with costs of nothing, of next to nothing and of a fortune."""
    pools, rules, teams, costs = [], [], [], []
    for method, by in product(METHODS, ("month", "day")):
        pool = f"absurd-{method}-{by}"
        pools.append(f"{pool},{pool},tax,shared_costs,,,100,shared-gateway,cc-4300,test")
        rules.append(f"{pool}-1,{pool},{method},{by},,,2024-01-01,,Ada Okafor,test")
        if method == "fixed_percent":
            teams += [f"{pool}-1,{team},include,{share}" for team, share in _SHARES]
        for n, (kind, amount) in enumerate(_COSTS):
            costs.append(
                f"{pool}-{n},2026-11-01,{pool},{MONTHS[n % 3]},{kind},invoiced,{amount},,,,"
            )
    # A fixed part for one team, and a rule that takes everybody out.
    return {
        "allocation_pools": pools,
        "allocation_rules": rules,
        "allocation_rule_teams": teams + [f"absurd-even-month-1,{team},exclude," for team in TEAMS],
        "shared_costs": costs,
    }


_SHARES = (("search", "0"), ("growth", "99.9999"), ("support", "0.0001"))
_COSTS = (
    *(("cost", "0"), ("cost", "0.000000000000001"), ("tax", "0.01"), ("cost", "1000000000000")),
    *(("credit", "-1000000000000"), ("credit", "-0.000000000000001")),
)


def _prices() -> dict[str, list[str]]:
    """A model per price; spans of no length; a region that multiplies; a contract for nothing."""
    models = {f"absurd-{n}": price for n, price in enumerate(PRICES)}
    meters = ("uncached_input", "cache_read", "output")
    span = "2026-01-01 00:00:00,2026-01-01 00:00:00,2026-01-01 00:00:00,effective,no time at all"
    return {
        "rate_card_prices": [
            f"list-absurd,openai,{model},{meter},{TIERS},{price},1000000,{SINCE}"
            for (model, price), meter in product(models.items(), meters)
        ]
        + [f"list-absurd,openai,absurd-4,web_search,{TIERS},10000,1000,{SINCE}"]
        + [f"list-absurd,openai,absurd-5,{meter},{TIERS},1,1000000,{span}" for meter in meters],
        "rate_card_multipliers": [
            f"list-absurd,openai,absurd-4,us,10,token,{SINCE}",
            f"list-absurd,openai,absurd-4,eu,0.000001,token,{SINCE}",
        ],
        # a contract is for an account that somebody has named
        "credential_owners": [
            "absurd-key,Absurd key,search,absurd-account,2024-01-01,,test",
            "other-key,Other key,search,other-account,2024-01-01,,test",
        ],
        "rate_contracts": [
            f"absurd-free,openai,absurd-account,list,USD,{SINCE}",
            f"absurd-dear,openai,other-account,list,USD,{SINCE}",
        ],
        "rate_contract_lines": [
            "absurd-free,*,*,*,*,,,,,1,test",
            f"absurd-dear,absurd-4,uncached_input,{TIERS},10000,1000000,,test",
            f"absurd-dear,absurd-5,output,{TIERS},0,1000000,,test",
        ],
    }


# (seed, row, what the message must name): figures that nobody can have meant. Those of prices
# are refused before they are loaded (test_card_checks.py).
REFUSED = (
    ("budgets", "search,2027-02-01,-1,Ada", "search 2027-02-01 -1"),
    (
        "budgets",
        "growth,2027-02-01,1000000000001,Ada",
        "growth 2027-02-01 1000000000001",
    ),
    ("budget_overrides", "search,2026-08-01,2026-08-02,-5,t,Ada", "search 2026-08-01"),
    ("spend_alert_rules", "bad-1,daily_ratio,*,0,2,0,info,,,t,,", "bad-1 0"),
    ("spend_alert_rules", "bad-2,daily_ratio,*,31,2,0,info,,,t,,", "bad-2 31"),
    ("spend_alert_rules", "bad-3,budget_share,*,,10001,0,info,,,t,,", "bad-3 10001"),
    ("spend_alert_rules", "bad-4,budget_share,*,,-1,0,info,,,t,,", "bad-4 -1"),
    ("spend_alert_rules", "bad-5,daily_ratio,*,7,2,-1,info,,,t,,", "bad-5 -1"),
    ("reconciliation_tolerances", "bad-6,cohere,-1,0,2024-01-01,,t", "bad-6 cohere -1"),
    ("reconciliation_tolerances", "bad-7,azure,1,1.5,2030-01-01,,t", "bad-7 azure 1.5"),
    ("settlement_lags", "bad-8,cohere,-1,2024-01-01,,t", "bad-8 cohere -1"),
    ("settlement_lags", "bad-9,mistral,2000000000,2024-01-01,,t", "bad-9 mistral"),
    (
        "alert_rules",
        "quarantined_records,,,2000000000,t",
        "quarantined_records 2000000000",
    ),
    (
        "chargeback_adjustments",
        "bad-10,2026-08-01,search,cc-4100,2000000000000,goodwill,t,Ada,Ben,2026-11-05,t",
        "bad-10 2000000000000",
    ),
    (
        "shared_costs",
        "bad-11,2026-11-01,gateway-infrastructure,2026-08-01,cost,invoiced,2000000000000,,,,",
        "bad-11 2000000000000",
    ),
    ("allocation_rule_teams", "alloc-infrastructure-1,search,include,101", "search 101"),
    ("allocation_rule_teams", "alloc-infrastructure-1,growth,include,-1", "growth -1"),
    ("fx_rates", "JPY,2024-01-01,0,t", "JPY 2024-01-01 0"),
    ("fx_rates", "GBP,2024-01-01,-1,t", "GBP 2024-01-01 -1"),
    ("fx_rates", "CHF,2024-01-01,100001,t", "CHF 2024-01-01 100001"),
)


def add(root: Path, rows: dict[str, list[str]]) -> int:
    """Append rows to the seeds of a copy of the project; how many there are.

    Columns at the end that a row says nothing of are empty, as in a company's older file.
    """
    for seed, lines in rows.items():
        (path,) = root.glob(f"seeds/*/{seed}.csv")
        with path.open("r+") as file:
            last = file.readline().count(",")
            file.seek(0, os.SEEK_END)
            file.writelines(f"{line}{',' * (last - line.count(','))}\n" for line in lines)
    return sum(len(lines) for lines in rows.values())


def traffic(landing: Path) -> None:
    """Calls that meet these rows: a team that stops, the widest counts, every absurd price."""
    calls = [
        ("growth", "gpt-5.4-mini", 2_000_000, 200_000, f"2026-08-{1 + n % 31:02}")
        for n in range(279)
    ]
    calls += [("growth", "gpt-5.4-mini", 1, 1, "2026-09-03")]
    calls += [("search", "gpt-5.4-mini", 1000, 100, "2026-09-10")] * 20
    calls += [("search", "gpt-5.4-mini", 999_999_999, 999_999_999, "2026-09-10")] * 2
    for n in range(len(PRICES)):
        calls += [
            (TEAMS[n % 5], f"absurd-{n}", tokens, tokens, f"2026-{month}-04")
            for tokens, month in product((1, 999_999_999), ("08", "09", "10", "11"))
        ]
    lines = [
        event(number, team=team, provider="openai", model=model, service="api", feature="drafts")
        | {"timestamp": f"{day}T09:30:00Z", "env": "prod", "status": "200"}
        | {"prompt_version": f"v{number % 4}", "tenant_id": f"t{number % 3}"}
        | {"input_tokens": given, "output_tokens": answered}
        | {"credential_id": model.replace("absurd-", "absurd-key-")}
        for number, (team, model, given, answered, day) in enumerate(calls)
    ]
    folder = landing / "envelope_events"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "absurd.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
