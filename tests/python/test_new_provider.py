"""A provider that nobody has priced yet, added by the runbook: rows of a company folder, no code.

Harm guarded against: a provider that needs a developer, so that its calls stay without a price.
Groq is the example; its prices are those of the installed genai-prices and are not kept here.
"""

import csv
import json
import os
import time

import pytest

from scripts.cli import main
from tests.python.project import ROOT, Project

pytestmark = pytest.mark.wide

HEADER = "provider,provider_kind,genai_prices_id,litellm_names,source"
AT = ("--recorded-at", "2026-11-22 09:30:00")
MODEL = "llama-3.1-8b-instant"
FIVE_MINUTES_S = 300


def add_groq(folder):
    (folder / "extra_providers.csv").write_text(f"{HEADER}\ngroq,host,groq,groq,Groq's page\n")


def test_a_provider_without_a_row_says_where_to_begin(company, capsys):
    assert main(["import", "rates", *AT, "--provider", "groq"]) == 2
    said = capsys.readouterr().err
    assert "--provider groq is unknown" in said and "extra_providers.csv" in said


def test_a_host_keeps_full_names(company, capsys, tmp_path):
    add_groq(company)
    path = tmp_path / "litellm.json"
    about = {"litellm_provider": "groq", "output_cost_per_token": 6e-07}
    path.write_text(json.dumps({"groq/openai/gpt-oss-999b": about}))
    options = ["--no-genai", "--litellm", str(path), "--provider", "groq", "--csv"]
    assert main(["import", "rates", *AT, *options]) == 0
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (row["provider"], row["model"], row["unit_price_usd"]) == (
        "groq",
        "openai/gpt-oss-999b",
        "0.6",
    )


def test_a_new_provider_is_priced_in_five_minutes(company, capsys, tmp_path):
    started = time.monotonic()
    add_groq(company)
    assert main(["import", "rates", *AT, "--provider", "groq", "--model", MODEL, "--write"]) == 0
    assert main(["check"]) == 0
    with (company / "rate_cards" / "extra_rate_card_prices.csv").open() as file:
        prices = {
            row["meter"]: row["unit_price_usd"]
            for row in csv.DictReader(file)
            if row["service_tier"] == "standard"
        }
    call = {
        "id": "g-1",
        "timestamp": "2026-11-23T12:00:00Z",
        "team": "search",
        "provider": "groq",
        "model": MODEL,
        "input_tokens": 1000000,
        "output_tokens": 0,
    }
    events = tmp_path / "landing" / "envelope_events"
    events.mkdir(parents=True)
    (events / "day.jsonl").write_text(json.dumps(call) + "\n")
    settings = {"AI_COST_COMPANY": os.environ["AI_COST_COMPANY"]}
    project = Project(tmp_path, events.parent, None, ROOT, environment=settings)
    # tests look at other models as well
    selected = ("--select", "+fct_priced_requests", "--exclude", "resource_type:test")
    project.ai_cost("nightly", "--", *selected)
    said = project.rows(
        "select provider, billed_model, price_status, cost_usd from marts.fct_priced_requests"
    )
    assert [(*row[:3], f"{row[3].normalize():f}") for row in said] == [
        ("groq", MODEL, "priced", prices["uncached_input"])
    ]
    assert time.monotonic() - started < FIVE_MINUTES_S
