"""A column left out of a YAML stops the build.

Harm guarded against: models are stacked by the columns their YAML lists, so two lines of
description taken out made every web search free, and parse, lint and audit said nothing.
"""

import pytest

from tests.python.project import Project

MODEL = "models/staging/litellm/stg_litellm__spend_logs"
NAME = "reported_web_search_calls"
MAPS = "reported_map_search_calls"
MISSPELT = "reported_web_serach_calls"
DESCRIPTION = f"""      - name: {NAME}
        description: "{{{{ doc('{NAME}') }}}}"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("columns")
    (folder / "landing").mkdir()
    project = Project(folder, folder / "landing")
    # the two models that int_job_cost_snapshots stacks, the fewest that any model stacks
    project.dbt("run", "--select", "+int_job_cost_snapshots")
    return project


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {".yml": (DESCRIPTION, "")},
            "selects what its YAML does not list: reported_web_search_calls",
        ),
        (
            {".yml": (DESCRIPTION, DESCRIPTION + DESCRIPTION.replace(f"e: {NAME}", f"e: {MAPS}"))},
            "does not select what its YAML lists: reported_map_search_calls",
        ),
        (
            {
                ".yml": (f"name: {NAME}", f"name: {MISSPELT}"),
                ".sql": (f"as {NAME}", f"as {MISSPELT}"),
            },
            "counts what the shape it is stacked into lacks: reported_web_serach_calls",
        ),
    ],
    ids=["only in the SQL", "only in the YAML", "unknown to the shape"],
)
def test_yaml_and_sql_list_the_same_columns(project, changes, said):
    files = {end: project.root / (MODEL + end) for end in changes}
    texts = {file: file.read_text() for file in files.values()}
    try:
        for end, (old, new) in changes.items():
            assert old in texts[files[end]]
            files[end].write_text(texts[files[end]].replace(old, new))
        with pytest.raises(AssertionError, match=f"stg_litellm__spend_logs {said}"):
            project.dbt("run", "--select", "+int_job_cost_snapshots")
    finally:
        for file, text in texts.items():
            file.write_text(text)
