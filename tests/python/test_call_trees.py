"""Random trees of calls that several systems log, in any order over any nights.

Harm guarded against: a call that is charged twice or not at all because of who logged it, when, and
above or below what; a field that follows a worse record than there is; a contradiction that nobody
hears of; nights that end elsewhere than a full refresh.
"""

import pytest

from tests.python.call_trees import Trees
from tests.python.project import Project

pytestmark = pytest.mark.wide

MARTS = ("fct_priced_requests", "fct_call_evidence", "fct_evidence_conflicts")
BUILT = ("--select", *(f"+{mart}" for mart in MARTS))
COLUMNS = {
    "model": "billed_model",
    "uncached": "uncached_input_tokens",
    "cached": "cache_read_tokens",
    "output": "output_tokens",
    "cost": "cost_usd",
    "team": "team_id",
    "owner_source": "owner_source",
    "service": "service_name",
    "feature": "feature",
    "prompt_version": "prompt_version",
    "customer": "customer_id",
    "user": "user_key",
    "evidence": "evidence_count",
}


def check(folder, seed: int, count: int = 60) -> None:
    trees = Trees(seed, count)
    project = Project(folder, folder / "landing")
    for number, night in enumerate(trees.files):
        for system, lines in night.items():
            landing = project.landing / system
            landing.mkdir(parents=True, exist_ok=True)
            (landing / f"{number}.jsonl").write_text("\n".join(lines) + "\n")
        project.load()
        project.dbt("run", *BUILT)
    project.dbt("test", "--select", *MARTS[1:], "--indirect-selection", "cautious")
    right = trees.requests()
    assert_right(found(project), right)
    assert sum(one["cost"] for one in right.values()) == trees.true_cost
    unmatched = "select count(*) from marts.fct_call_evidence where evidence_role = 'unmatched'"
    assert project.value(unmatched) == trees.unmatched()
    nights = {mart: project.mart(mart) for mart in MARTS}
    project.dbt("run", "--full-refresh", *BUILT)
    for mart, rows in nights.items():
        assert project.mart(mart) == rows, mart


def found(project: Project) -> dict[tuple, dict]:
    conflicts: dict[str, list[tuple]] = {}
    for key, *conflict in project.rows(
        "select request_key, field, used_value, used_source_system, other_value, "
        "other_source_system from marts.fct_evidence_conflicts"
    ):
        conflicts.setdefault(key, []).append(tuple(conflict))
    rows = project.rows(
        f"select request_key, source_system, usage_at, {', '.join(COLUMNS.values())} "
        "from marts.fct_priced_requests"
    )
    return {
        (system, at): dict(zip(COLUMNS, values, strict=True))
        | {"conflicts": sorted(conflicts.get(key, []))}
        for key, system, at, *values in rows
    }


def assert_right(found: dict[tuple, dict], right: dict[tuple, dict]) -> None:
    wrong = [
        f"{key}: {name} is {found.get(key, {}).get(name)}, not {right.get(key, {}).get(name)}"
        for key in sorted(found.keys() | right.keys())
        for name in (*COLUMNS, "conflicts")
        if found.get(key, {}).get(name) != right.get(key, {}).get(name)
    ]
    assert not wrong, "\n".join(wrong[:60])


@pytest.mark.parametrize("seed", [1])
def test_each_call_counts_once_with_the_best_that_is_known(tmp_path, seed):
    check(tmp_path, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_more_trees(tmp_path, seed):
    check(tmp_path, seed, 200)
