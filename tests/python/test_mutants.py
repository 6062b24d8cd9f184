"""The faults that are put in on purpose still fit the project.

Harm guarded against: a model is rewritten, its mutant no longer fits, and nobody learns any more
whether a test would notice that harm; or a mutant breaks the SQL, so that any build finds it and
the table says that a figure is guarded which is not.
"""

import duckdb
import pytest

from tests.mutants import MUTANTS, place
from tests.python.project import ROOT, Project, copy_project


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.file)
def test_a_mutant_fits_and_names_tests_that_are_there(mutant):
    assert place(mutant, ROOT), f"not there exactly once: {mutant.old}"
    assert mutant.new != mutant.old
    missing = [name for name in mutant.tests.split() if not is_test(name)]
    assert not missing


def is_test(name: str) -> bool:
    return (ROOT / "tests" / "python" / f"{name}.py").exists()


@pytest.mark.wide
def test_the_sql_of_all_mutants_is_sql(tmp_path):
    """All of them in one copy, compiled, and each statement read by DuckDB's own parser."""
    root = copy_project(tmp_path)
    for mutant in MUTANTS:
        file = place(mutant, root)
        file.write_text(file.read_text().replace(mutant.old, mutant.new))
    project = Project(tmp_path, tmp_path / "landing", root=root)
    project.dbt("compile", "--select", "resource_type:model")
    compiled = list((project.target / "compiled" / "ai_cost" / "models").rglob("*.sql"))
    assert {
        mutant.file for mutant in MUTANTS if mutant.file.startswith(("int_", "fct_", "stg_"))
    } <= {path.name for path in compiled}
    for path in compiled:
        assert len(duckdb.extract_statements(path.read_text())) == 1, path.name
