"""`ai-cost nightly --artifacts`: dbt's own reports on each night, kept.

Harm guarded against: reports of one night that are taken for those of another, and a folder that
cannot be written and is noticed after the night.
"""

import json

import pytest

from scripts.errors import UserError
from scripts.operations import artifacts
from tests.python.landing import Landing, event
from tests.python.project import Project


@pytest.fixture
def target(tmp_path, monkeypatch):
    folder = tmp_path / "target"
    folder.mkdir()
    monkeypatch.setenv("DBT_TARGET_PATH", str(folder))
    monkeypatch.setenv("AI_COST_NOW", "2026-10-06T03:15:00Z")
    for name in artifacts.NAMES:
        (folder / name).write_text("{}")
    return folder


def test_a_night_has_a_folder_of_its_own(target, tmp_path):
    kept = artifacts.keep(artifacts.writable(tmp_path / "reports"))
    assert kept == tmp_path / "reports" / "20261006T031500Z"
    assert sorted(path.name for path in kept.iterdir()) == sorted(artifacts.NAMES)


def test_those_of_an_earlier_build_are_not_kept(target, tmp_path):
    artifacts.forget()
    assert artifacts.keep(artifacts.writable(tmp_path / "reports")) is None
    assert not list((tmp_path / "reports").iterdir())


def test_a_folder_that_is_none_is_refused(tmp_path):
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(UserError, match="cannot be made: File exists"):
        artifacts.writable(tmp_path / "reports")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(artifacts.os, "access", lambda path, mode: False)
    with pytest.raises(UserError, match="cannot be written"):
        artifacts.writable(tmp_path / "reports")


@pytest.mark.wide
def test_a_night_leaves_what_dbt_reported(tmp_path):
    landing = Landing(tmp_path)
    landing.put("envelope_events/a.jsonl", [event(1)])
    project = Project(tmp_path, landing.folder)
    said = project.ai_cost(
        *("nightly", "--artifacts", str(tmp_path / "kept"), "--", "--select", "+fct_run_history")
    )
    (place,) = (tmp_path / "kept").iterdir()
    assert f"dbt's reports: {place}" in said
    results = json.loads((place / "run_results.json").read_text())
    assert results["args"]["which"] == "build"
    made = {each["unique_id"] for each in results["results"]}
    assert "model.ai_cost.fct_run_history" in made
    manifest = json.loads((place / "manifest.json").read_text())
    assert made <= {*manifest["nodes"], *manifest["unit_tests"]} | {
        each for each in made if each.startswith("operation.")
    }
