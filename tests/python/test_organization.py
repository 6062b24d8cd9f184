"""Teams, keys and cost centres that lie outside the project.

Harm guarded against: a project that must be edited, and merged at every upgrade, to know its teams.
"""

import shutil

from tests.python.project import ROOT, Project


def test_the_organization_may_lie_elsewhere(tmp_path, monkeypatch):
    ours = tmp_path / "ours"
    shutil.copytree(ROOT / "seeds/organization", ours)
    with (ours / "teams.csv").open("a") as teams:
        teams.write("atlas,Atlas,ana@example.com,cc-5100,team,2024-01-01,\n")
    (tmp_path / "landing").mkdir()

    monkeypatch.setenv("AI_COST_ORGANIZATION", str(ours))
    project = Project(tmp_path, tmp_path / "landing")
    project.dbt("seed")
    project.dbt("run", "-s", "+dim_teams")
    assert project.rows("select team_name from marts.dim_teams where team_id = 'atlas'") == [
        ("Atlas",)
    ]
    # described where it lies: without the types of the project a date would be a text
    assert (
        project.value(
            "select data_type from information_schema.columns "
            "where table_schema = 'seeds' and table_name = 'teams' and column_name = 'valid_from'"
        )
        == "DATE"
    )
