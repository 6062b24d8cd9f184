"""docs/use-as-a-package.md, followed to the letter by a second dbt project.

Harm guarded against: a team with a dbt project of its own that installs ours and finds it looking
for models under its own name, making raw tables of its sources, or deaf to its seeds and schemas.
"""

import os
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.python.project import ROOT
from tests.python.test_first_hour import copy_of_the_project

PAGE = (ROOT / "docs" / "use-as-a-package.md").read_text()
LOGS = ROOT / "docs" / "examples" / "first-hour" / "litellm-spend-logs.jsonl"
# what is typed; or what a file of theirs holds, or gets
BLOCK = re.compile(
    r"^```sh\n(?P<typed>.*?)^```$"
    r"|(?P<how>In|Add to|[^.\n]* In) `(?P<file>[\w/]+\.\w+)`:\n\n```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
PROJECT = "name: acme\nversion: '1.0'\nprofile: acme\n"
PROFILE = """acme:
  target: dev
  outputs:
    dev: {type: duckdb, path: acme.duckdb, schema: main, threads: 2, settings: {TimeZone: UTC}}
"""
# A source of theirs in a schema that is called as our loader's.
SOURCE = """sources:
  - name: shop
    schema: raw
    tables: [{name: orders, config: {meta: {kind: gateway, in_parts: true}}}]
"""


def test_macros_ask_for_our_own_nodes_and_not_for_those_of_who_installs_us():
    """The quick guard: `project_name` is that of the outer project, and so are all sources."""
    macros = {path: path.read_text() for path in (ROOT / "macros").rglob("*.sql")}
    models = {path: path.read_text() for path in (ROOT / "models").rglob("*.sql")}
    named = {
        path.name
        for path, text in (macros | models).items()
        if re.search(r"\bproject_name\b", re.sub(r"\{#.*?#\}", "", text, flags=re.S))
    }
    assert not named
    walked = {path.name for path, text in macros.items() if "graph.sources.values()" in text}
    assert walked == {"ours.sql"}


@pytest.fixture(scope="module")
def acme(tmp_path_factory) -> Path:
    """Their project, after every block of the page."""
    folder = tmp_path_factory.mktemp("package")
    copy_of_the_project(folder).rename(folder / "ai-cost")
    theirs = folder / "acme"
    (theirs / "models").mkdir(parents=True)
    (theirs / "dbt_project.yml").write_text(PROJECT)
    (theirs / "profiles.yml").write_text(PROFILE)
    (theirs / "models" / "shop.yml").write_text(SOURCE)
    (theirs / "landing" / "inbox").mkdir(parents=True)
    shutil.copy(LOGS, theirs / "landing" / "inbox")
    programs = folder / "ai-cost" / ".venv" / "bin"
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    environment = kept | {
        "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder),
        "AI_COST_USER_KEY": "test-key", "AI_COST_NOW": "2026-11-06T08:00:00Z",
    }  # fmt: skip
    typed = ""
    for block in BLOCK.finditer(PAGE):
        if block["typed"]:
            typed += block["typed"]
            continue
        file = folder / block["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text() if block["how"] == "Add to" else ""
        file.write_text(before + block["text"])
    done = subprocess.run(
        ["bash", "-e", "-c", typed], cwd=theirs, env=environment, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, f"{typed}\n{done.stdout}"
    return theirs


def asked(acme: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(acme / "acme.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.wide
def test_a_model_of_theirs_reads_our_mart(acme):
    by_team = asked(
        acme,
        "select team_name, cost_center_name, request_count, typeof(cost_usd) like 'DECIMAL%' "
        "from ai_spend_by_team where team_name = 'Search of Acme'",
    )
    # the team's name is their company folder's, that of its cost centre their own seed's
    assert by_team == [("Search of Acme", "Product", 18, True)]
    (total,) = asked(acme, "select sum(cost_usd) from ai_spend_by_team")[0]
    (ours,) = asked(acme, "select sum(cost_usd) from ai_marts.fct_spend_daily")[0]
    assert isinstance(total, Decimal) and total == ours > 0


@pytest.mark.wide
def test_schemas_are_as_they_say(acme):
    found = {row[0] for row in asked(acme, "select schema_name from duckdb_schemas()")}
    assert {"ai_marts", "ai_intermediate", "staging", "seeds", "raw", "ops"} <= found
    assert not found & {"marts", "intermediate", "main_ai_marts"}


@pytest.mark.wide
def test_their_sources_are_not_taken_for_ours(acme):
    tables = {row[0] for row in asked(acme, "select table_name from duckdb_tables()")}
    assert "litellm_spend_logs" in tables and "orders" not in tables


def test_every_block_of_the_page_is_followed():
    blocks = list(BLOCK.finditer(PAGE))
    assert len(blocks) == len(re.findall(r"^```\w+$", PAGE, flags=re.M)) == 8
    assert [block["file"] for block in blocks if block["how"] == "Add to"] == [
        "acme/dbt_project.yml"
    ]


@pytest.mark.wide
def test_a_mirror_in_git_is_installed_without_a_network(tmp_path):
    """The other form of `packages.yml`: `dbt deps` clones a revision of a repository, here a local
    one, and a model of theirs reads a mart of ours.
    """
    copy_of_the_project(tmp_path).rename(tmp_path / "ai-cost")
    mirror = tmp_path / "ai-cost"
    who = ("-c", "user.name=acme", "-c", "user.email=acme@example.com")
    for command in (
        ("init", "-q", "-b", "main"), ("add", "--all", "--", ":!.venv"),
        ("commit", "-q", "-m", "mirror"), ("tag", "v1"),
    ):  # fmt: skip
        subprocess.run(["git", *who, *command], cwd=mirror, check=True)
    theirs = tmp_path / "acme"
    (theirs / "models").mkdir(parents=True)
    (theirs / "dbt_project.yml").write_text(PROJECT)
    (theirs / "profiles.yml").write_text(PROFILE)
    address = f"file://{mirror}"
    (theirs / "packages.yml").write_text(f'packages:\n  - git: "{address}"\n    revision: v1\n')
    reads = "select * from {{ ref('ai_cost', 'dim_providers') }}"
    (theirs / "models" / "names.sql").write_text(reads)
    dbt = str(mirror / ".venv" / "bin" / "dbt")
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    environment = kept | {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    without_tests = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    for command in (("deps",), ("build", "--select", "+names", *without_tests)):
        done = subprocess.run(
            [dbt, *command, "--profiles-dir", "."], cwd=theirs, env=environment, check=False,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
    assert (theirs / "dbt_packages" / "ai_cost" / "bin" / "ai-cost").exists()
    named = dict(asked(theirs, "select provider, provider_name from names"))
    assert named["openai"] == "OpenAI" and named["bedrock"] == "Amazon Bedrock"
