"""The importer of rate cards.

Harms guarded against: a price history that is edited instead of appended to, a wrong price list
that slips in unread, and dates of sightings or verification taken for starts of prices.
"""

import csv
import json
import shutil
import sys

import pytest

from scripts.cli import main
from scripts.rates.card import COLUMNS
from tests.python.project import NOW, ROOT

SEEDS = ROOT / "seeds" / "rate_cards"
AT = ("--recorded-at", "2026-11-22 09:30:00")
FROM_DAY, RECORDED = "2026-11-22 00:00:00", "2026-11-22 09:30:00"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """After all that is recorded here."""
    monkeypatch.setenv("AI_COST_NOW", NOW)


@pytest.fixture
def seeds(tmp_path):
    folder = tmp_path / "rate_cards"
    shutil.copytree(SEEDS, folder)
    return folder


@pytest.fixture
def bare_seeds(seeds):
    """Seeds without a price, a name or a rule."""
    names = ("rate_card_prices", "rate_card_multipliers", "rate_card_time_windows")
    for name in (*names, "model_aliases"):
        path = seeds / f"{name}.csv"
        path.write_text(path.read_text().splitlines()[0] + "\n")
    return seeds


def price_row(**values):
    row = dict.fromkeys(COLUMNS, "") | {
        "price_card_version": "list-2026-01-01",
        "service_tier": "standard",
        "region_scope": "global",
        "context_min_tokens": "0",
        "threshold_inclusive": "false",
        "block_size": "1000000",
        "recorded_at": "2026-01-01 00:00:00",
        "status": "effective",
        "source": "test",
    }
    return row | values


def put(folder, *rows):
    with (folder / "rate_card_prices.csv").open("a", newline="") as file:
        csv.DictWriter(file, COLUMNS, lineterminator="\n").writerows(rows)


def litellm(folder, **models):
    path = folder / "litellm.json"
    path.write_text(json.dumps(models))
    return ["--no-genai", "--litellm", str(path)]


def openai(**prices):
    return {"litellm_provider": "openai", "mode": "chat"} | prices


def run(folder, *options):
    return main(["import", "rates", "--seeds", str(folder), *AT, *options])


def proposed(capsys, folder, *options):
    code = run(folder, "--csv", *options)
    out = capsys.readouterr()
    rows = list(csv.DictReader(out.out.splitlines()))
    return code, rows, out.err


def written(folder):
    return (folder / "rate_card_prices.csv").read_bytes()


def test_the_present_card_has_no_price_that_genai_prices_contradicts(capsys, seeds):
    run(seeds, "--known-models")
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line for line in lines if line.split()[-2] != "-"] == []


def test_a_new_price_is_appended_and_then_known(capsys, seeds):
    before = written(seeds)
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=3e-06)})
    assert run(seeds, *options, "--write") == 0
    after = written(seeds)
    assert after.startswith(before) and after != before
    (row,) = list(csv.DictReader([",".join(COLUMNS), *after[len(before) :].decode().splitlines()]))
    assert row == price_row(
        price_card_version="list-2026-11-22",
        provider="openai",
        model="gpt-4.1",
        meter="uncached_input",
        unit_price_usd="3",
        valid_from=FROM_DAY,
        recorded_at=RECORDED,
        source="litellm; start: not stated by the list, day of recording",
    )
    capsys.readouterr()
    assert proposed(capsys, seeds, *options)[:2] == (0, [])
    assert run(seeds, *options, "--write") == 0 and written(seeds) == after


def test_nothing_is_written_without_being_asked(capsys, seeds):
    before = written(seeds)
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=3e-06)})
    assert run(seeds, *options) == 0
    assert written(seeds) == before
    assert "gpt-4.1" in capsys.readouterr().out


def test_a_file_without_a_last_newline_stays_a_prefix(seeds):
    path = seeds / "rate_card_prices.csv"
    path.write_bytes(written(seeds).rstrip(b"\n"))
    before = written(seeds)
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=3e-06)})
    assert run(seeds, *options, "--write") == 0
    assert written(seeds).startswith(before + b"\nlist-2026-11-22,openai,gpt-4.1,")
    assert [
        each.name for each in seeds.iterdir() if each.suffix not in (".csv", ".yml", ".json")
    ] == []


def test_a_snapshot_does_not_speak_for_its_model(capsys, seeds):
    models = {
        "gpt-4.1": openai(input_cost_per_token=2e-06),
        "gpt-4.1-2025-04-14": openai(input_cost_per_token=9e-06),
    }
    assert proposed(capsys, seeds, *litellm(seeds, **models))[:2] == (0, [])


def test_tiers_and_thresholds_of_litellm_are_read(capsys, bare_seeds):
    about = openai(
        input_cost_per_token=1e-06,
        input_cost_per_token_above_272k_tokens=2e-06,
        input_cost_per_token_above_272k_tokens_batches=5e-07,
        cache_creation_input_token_cost=3e-06,
        output_cost_per_token=0,
        input_cost_per_second=1,
    )
    grok = {"litellm_provider": "xai", "output_cost_per_token_above_200k_tokens": 1e-06}
    code, rows, errors = proposed(
        capsys, bare_seeds, *litellm(bare_seeds, **{"gpt-9": about, "xai/grok-9": grok})
    )
    found = {
        (row["model"], row["meter"], row["service_tier"], row["context_min_tokens"]): (
            row["threshold_inclusive"],
            row["unit_price_usd"],
        )
        for row in rows
    }
    assert code == 0
    assert found == {
        ("gpt-9", "uncached_input", "standard", "0"): ("false", "1"),
        ("gpt-9", "uncached_input", "standard", "272000"): ("false", "2"),
        ("gpt-9", "uncached_input", "batch", "272000"): ("false", "0.5"),
        ("gpt-9", "cache_write_30m", "standard", "0"): ("false", "3"),
        ("grok-9", "output", "standard", "200000"): ("true", "1"),
    }
    assert "prices of zero or none" in errors and "other prices" in errors


def test_an_absurd_jump_is_refused_unless_accepted(capsys, seeds):
    before = written(seeds)
    key = "openai/gpt-4.1/uncached_input/standard/global/0"
    for price in (2.1e-05, 1.9e-07):
        options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=price)})
        code, rows, errors = proposed(capsys, seeds, *options, "--write")
        assert (code, rows) == (1, []) and f"refused: {key}: " in errors
        assert written(seeds) == before
    for taken in (
        ["--accept", key],
        ["--accept", "openai/gpt-4.1"],
        ["--accept-all"],
        ["--max-ratio", "20"],
    ):
        code, rows, _ = proposed(capsys, seeds, *options, *taken)
        assert (code, len(rows)) == (0, 1), taken
    assert run(seeds, *options, "--accept", "openai/gpt-4") == 1, "a part is not a name"
    capsys.readouterr()
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=2e-05)})
    assert run(seeds, *options) == 0, "ten times is not more than ten times"


def test_more_decimals_than_a_seed_holds_are_never_accepted(capsys, seeds):
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=1.8000000000000002e-06)})
    code, _, errors = proposed(capsys, seeds, *options, "--accept-all", "--write")
    assert code == 1 and "more than 9 decimals" in errors


def test_lists_that_contradict_each_other_are_refused(capsys, seeds):
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=3e-06)})[1:]
    code, _, errors = proposed(capsys, seeds, *options, "--model", "gpt-4.1")
    assert code == 1 and "contradict each other: 2 (genai-prices 0.2.3), 3 (litellm)" in errors


def test_no_acceptance_takes_one_of_two_prices_unsaid(capsys, seeds):
    """One of them dated, so that each would get a row of its own."""
    options = litellm(
        seeds,
        **{"mistral-large-4": {"litellm_provider": "mistral", "output_cost_per_token": 9e-06}},
    )[1:]
    code, rows, errors = proposed(
        capsys, seeds, *options, "--model", "mistral-large-4", "--accept-all"
    )
    assert code == 1 and "contradict each other: 2.1 (genai-prices 0.2.3), 9 (litellm)" in errors
    assert [
        row for row in rows if row["meter"] == "output" and row["service_tier"] == "standard"
    ] == []
    models = {
        "gpt-4.1": openai(input_cost_per_token=3e-06),
        "openai/gpt-4.1": openai(input_cost_per_token=4e-06),
    }
    code, rows, errors = proposed(capsys, seeds, *litellm(seeds, **models), "--accept-all")
    assert (code, rows) == (1, []) and "contradict each other: 3 (litellm), 4 (litellm)" in errors


def test_a_profile_does_not_become_a_model(capsys, seeds):
    """A model of a profile's name takes the profile's price away from all its requests."""
    nova = {"litellm_provider": "bedrock_converse", "input_cost_per_token": 7e-08}
    models = {name: nova for name in ("us.amazon.nova-lite-v1:0", "us.meta.llama9-v1:0")}
    code, rows, _ = proposed(capsys, seeds, *litellm(seeds, **models))
    assert code == 0
    assert [(row["model"], row["region_scope"], row["meter"]) for row in rows] == [
        ("meta.llama9-v1:0", "regional", "uncached_input"),
        ("nova-lite", "regional", "uncached_input"),
    ]
    before = written(seeds)
    put(seeds, price_row(provider="bedrock", model="us.amazon.nova-lite-v1:0", meter="output",
                         unit_price_usd="1", valid_from=FROM_DAY))  # fmt: skip
    assert run(seeds) == 2
    assert "begins with a profile; write the model without it" in capsys.readouterr().err
    assert written(seeds).startswith(before)


def test_a_lone_meter_opens_no_tier_and_holds_nothing_else_back(capsys, seeds):
    about = {
        "litellm_provider": "vertex_ai-language-models",
        "input_cost_per_audio_token_above_200k_tokens": 2e-06,
        "output_cost_per_token": 2.6e-06,
    }
    options = litellm(seeds, **{"gemini-2.5-flash": about})
    code = run(seeds, *options, "--accept-all", "--write")
    errors = capsys.readouterr().err
    assert code == 1
    assert "refused: google-vertex/gemini-2.5-flash/input_audio/standard/global/200000: " in errors
    assert "leaves requests above it without a price" in errors
    assert "1 rows proposed, 1 refused, 1 appended" in errors
    added = written(seeds).decode().splitlines()[-1]
    assert added.startswith(
        "list-2026-11-22,google-vertex,gemini-2.5-flash,output,standard,global,0,"
    )
    assert run(seeds, *litellm(seeds)) == 0, "what is written is a card"


def test_what_is_accepted_says_why(capsys, seeds):
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=2.1e-05)})
    _, (row,), _ = proposed(capsys, seeds, *options, "--accept-all")
    assert row["source"].endswith("; reason: 10.5 times the present 2")
    _, (row,), _ = proposed(capsys, seeds, *options, "--max-ratio", "20")
    assert row["source"].endswith("; reason: 10.5 times the present 2, within --max-ratio 20")


def test_an_unknown_provider_is_an_error(capsys, seeds):
    assert run(seeds, "--provider", "opanai") == 2
    assert "--provider opanai is unknown; did you mean openai?" in capsys.readouterr().err


def test_a_check_tells_each_change_of_the_lists_once(capsys, seeds, tmp_path):
    seen = tmp_path / "seen.csv"
    card = written(seeds)

    def check(**models):
        code = run(seeds, *litellm(seeds, **models), "--check", str(seen))
        return code, capsys.readouterr().out.splitlines()

    first = {"gpt-4.1": openai(input_cost_per_token=3e-06, output_cost_per_token=8e-06)}
    second = {
        "gpt-4.1": openai(input_cost_per_token=2.5e-06),
        "gpt-9": openai(output_cost_per_token=1e-06),
    }
    assert check(**first) == (0, [f"2 prices of the lists remembered in {seen}"])
    assert check(**first) == (0, ["0 prices changed since the last check, of 2 in the lists"])
    code, (_, *rows, said) = check(**second)
    assert (code, said) == (1, "3 prices changed since the last check, of 2 in the lists")
    assert [(row.split()[1], row.split()[2], row.split()[-3:]) for row in rows] == [
        ("gpt-4.1", "output", ["8", "-", "8"]),
        ("gpt-4.1", "uncached_input", ["3", "2.5", "2"]),
        ("gpt-9", "output", ["-", "1", "-"]),
    ]
    assert check(**second) == (0, ["0 prices changed since the last check, of 2 in the lists"])
    second["openai/gpt-4.1"] = openai(input_cost_per_token=4e-06)
    code, (_, row, _) = check(**second)
    assert (code, row.split()[-5:]) == (1, ["2.5", "2.5", "or", "4", "2"])
    assert written(seeds) == card
    seen.write_text("something else\n")
    assert run(seeds, *litellm(seeds), "--check", str(seen)) == 2
    assert "is not what an earlier check wrote" in capsys.readouterr().err


def test_a_price_that_ended_is_not_revived(capsys, seeds):
    code, rows, errors = proposed(capsys, seeds, "--model", "deepseek-chat")
    assert (code, rows) == (1, []) and "has ended" in errors


def test_a_price_with_an_end_to_come_is_closed_first(capsys, bare_seeds):
    put(
        bare_seeds,
        price_row(
            provider="openai",
            model="m",
            meter="output",
            unit_price_usd="4",
            valid_from="2026-06-01 00:00:00",
            valid_to="2027-01-01 00:00:00",
        ),
    )
    options = litellm(bare_seeds, m=openai(output_cost_per_token=5e-06))
    code, _, errors = proposed(capsys, bare_seeds, *options)
    assert code == 1 and "overlaps a row that holds until 2027-01-01" in errors
    code, rows, _ = proposed(capsys, bare_seeds, *options, "--accept", "openai/m")
    columns = ("unit_price_usd", "valid_from", "valid_to", "status")
    assert code == 0
    assert [tuple(row[column] for column in columns) for row in rows] == [
        ("4", "2026-06-01 00:00:00", FROM_DAY, "corrected"),
        ("5", FROM_DAY, "2027-01-01 00:00:00", "effective"),
    ]


def test_a_correction_keeps_the_start(capsys, seeds):
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=3e-06)})
    code, (row,), _ = proposed(capsys, seeds, *options, "--correct", "openai/gpt-4.1")
    assert (code, row["status"], row["valid_from"]) == (0, "corrected", "2025-04-14 00:00:00")


def test_a_correction_recorded_before_what_it_corrects_is_refused(capsys, seeds):
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=3e-06)})
    early = ("--recorded-at", "2026-11-20", "--correct", "openai/gpt-4.1")
    code, _, errors = proposed(capsys, seeds, *options, *early)
    assert code == 1 and "recorded_at is not after" in errors


def test_dates_of_verification_are_not_starts(capsys, bare_seeds):
    code, rows, _ = proposed(capsys, bare_seeds, "--provider", "openai", "--model", "gpt-4.1")
    assert code == 0
    assert {row["service_tier"] for row in rows} == {"standard", "batch", "priority"}
    assert {row["valid_from"] for row in rows} == {FROM_DAY}
    assert {row["source"] for row in rows} == {
        "genai-prices 0.2.3; start: not stated by the list, day of recording"
    }
    assert all(row["block_size"] == "1000" for row in rows if row["meter"] == "web_search")


def test_dates_of_prices_are_starts(capsys, bare_seeds):
    for model, price in (("mistral-large-4", "1.36"), ("gemini-3.6-flash", "0.75")):
        put(
            bare_seeds,
            price_row(
                provider="mistral" if "mistral" in model else "google",
                model=model,
                meter="uncached_input",
                unit_price_usd=price,
                valid_from="2026-10-20 00:00:00",
            ),
        )
    found = {}
    for provider, model in (("mistral", "mistral-large-4"), ("google", "gemini-3.6-flash")):
        _, rows, _ = proposed(capsys, bare_seeds, "--provider", provider, "--model", model)
        found |= {
            (model, row["service_tier"], row["unit_price_usd"]): (row["valid_from"], row["status"])
            for row in rows
            if row["meter"] == "uncached_input"
        }
    assert found == {
        ("mistral-large-4", "standard", "0.7"): ("2026-10-29 00:00:00", "effective"),
        ("mistral-large-4", "batch", "0.35"): ("2026-10-29 00:00:00", "effective"),
        ("gemini-3.6-flash", "standard", "1.5"): ("2027-01-01 00:00:00", "announced"),
        ("gemini-3.6-flash", "batch", "0.375"): (FROM_DAY, "effective"),
        ("gemini-3.6-flash", "batch", "0.75"): ("2027-01-01 00:00:00", "announced"),
    }


def test_an_inclusive_threshold_is_read_as_one(capsys, bare_seeds):
    _, rows, _ = proposed(capsys, bare_seeds, "--provider", "xai", "--model", "grok-4.3")
    found = {(row["context_min_tokens"], row["threshold_inclusive"]) for row in rows}
    assert found == {("0", "false"), ("200000", "true")}


def test_aggregators_are_not_read(capsys, bare_seeds):
    _, rows, errors = proposed(capsys, bare_seeds, "--accept-all")
    assert {row["provider"] for row in rows} == {
        "openai", "anthropic", "google", "google-vertex", "bedrock", "azure", "xai", "mistral",
        "deepseek", "cohere",
    }  # fmt: skip
    assert "models of providers outside the card" in errors


def test_without_genai_prices_it_says_what_to_install(capsys, monkeypatch, seeds):
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    assert run(seeds) == 2
    assert "genai-prices is not installed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--litellm", "absent.json"],
        ["--litellm", str(SEEDS / "model_aliases.csv")],
        ["--no-genai"],
        ["--seeds", "absent"],
    ],
)
def test_what_the_user_can_set_right_is_said_in_a_line(capsys, seeds, options):
    assert run(seeds, *options) == 2
    error = capsys.readouterr().err
    assert error.startswith("ai-cost import rates: ") and error.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--recorded-at", "yesterday"],
        ["--version", "2026-11-22"],
        ["--max-ratio", "0.5"],
        ["--max-ratio", "many"],
    ],
)
def test_wrong_options_are_refused(capsys, seeds, options):
    assert run(seeds, *options) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_instant_with_a_zone_reaches_utc(capsys, seeds):
    options = litellm(seeds, **{"gpt-4.1": openai(input_cost_per_token=3e-06)})
    _, (row,), _ = proposed(capsys, seeds, *options, "--recorded-at", "2026-11-23T01:00:00+02:00")
    assert (row["recorded_at"], row["valid_from"]) == ("2026-11-22 23:00:00", FROM_DAY)
