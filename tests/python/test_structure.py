"""The shape of the project, held to written rules; what is excepted has a reason on one page.

Harm guarded against: a model whose grain nobody tests and that doubles money in every join; a
source that falls silent unseen; steps that grow until nobody can change them.
"""

from collections import Counter

import pytest

from scripts import yaml_files
from tests.python.documents import ROOT, code_words, rows, source_tables
from tests.python.project import PARSED, Project
from tests.python.structure_rules import RULES, Graph
from tests.python.warm_dbt import read_manifest

PAGE = ROOT / "docs" / "decisions" / "0037-rules-of-structure.md"


@pytest.fixture(scope="session")
def graph(tmp_path_factory):
    """The project as other tests parsed it."""
    parsed = Project(tmp_path_factory.mktemp("parsed"), ROOT / "landing").parsed() / PARSED
    manifest = read_manifest(parsed)
    return Graph(
        {
            kind: {name: each.to_dict(omit_none=False) for name, each in parts.items()}
            for kind, parts in vars(manifest).items()
            if kind in ("nodes", "sources", "docs", "exposures")
        }
    )


def test_the_documentation_opens_on_our_own_page(graph):
    """Else a reader of the site meets dbt's welcome and no way in."""
    assert "# ai_cost" in graph.docs["__overview__"]["block_contents"]


def exceptions() -> dict[str, set[str]]:
    """Rule -> what may break it, from the table of the decision."""
    found: dict[str, set[str]] = {}
    rule = ""
    for _, cells in rows(PAGE.read_text()):
        rule = cells[0] or rule
        assert cells[2], f"{cells[1]} has no reason"
        found.setdefault(rule, set()).update(code_words(cells[1]))
    del found["rule"]
    return found


@pytest.mark.parametrize("rule", RULES)
def test_only_what_has_a_reason_breaks_a_rule(graph, rule):
    excepted = exceptions().get(rule, set())
    broken = RULES[rule](graph)
    assert not broken - excepted, "breaks the rule, and has no reason in decision 0037"
    assert not excepted - broken, "breaks the rule no longer: take it out of decision 0037"


def test_each_exception_is_from_a_rule():
    assert set(exceptions()) <= set(RULES)


def test_each_gateway_and_bill_reaches_its_union(graph):
    """A gateway that is loaded and in no union is spend that nobody sees."""
    unions = {"gateway": "int_requests_unioned", "bill": "int_bill_lines_classified"}
    for kind, union in unions.items():
        above, new = set(), {union}
        while new:
            above |= new
            new = {parent for name in new for parent in graph.parents.get(name, ())} - above
        tables = {
            name
            for name, table in source_tables().items()
            if table["config"]["meta"]["kind"] == kind
        }
        # usage reports have quantities and no money: they meet the bills after the union
        tables -= {"openai_usage", "anthropic_usage_report"}
        assert not tables - {name.split(".")[-1] for name in above}


# Their YAML is read as the list of their columns, so it is whole.
LISTED_WHOLE = {
    *("int_accepted_attempts", "int_otel_requests", "int_langfuse_requests"),
    *("int_focus_detailed_charges", "int_focus_lump_charges"),
    *("int_focus_purchases", "int_focus_prepayments"),
    *("int_bill_lines_aws", "int_bill_lines_azure", "int_bill_lines_focus", "int_bill_lines_gcp"),
    "int_bill_lines_invoice",
}


def test_a_step_describes_only_what_it_adds(graph):
    """A sentence that is copied at every step is changed at some of them."""
    repeated = {
        (name, column)
        for name, column in graph.repeats("models/intermediate")
        if name not in LISTED_WHOLE
    }
    assert not repeated, "a parent has this sentence already: take the entry out"


def test_a_sentence_about_a_column_is_written_once():
    """The same, of what several models are born with: such a sentence is a block of columns.md."""
    said = Counter()
    for file in [*(ROOT / "models").rglob("*.yml"), *(ROOT / "seeds").rglob("*.yml")]:
        for node in _described(yaml_files.read(file)):
            for column in node.get("columns") or ():
                said[column["name"], column.get("description", "").strip()] += 1
    often = {pair for pair, count in said.items() if count > 3 and "doc(" not in pair[1]}
    assert not often


def _described(content: dict) -> list[dict]:
    """The models, seeds and tables of sources that a YAML file describes."""
    tables = [table for source in content.get("sources", ()) for table in source.get("tables", ())]
    return [*content.get("models", ()), *content.get("seeds", ()), *tables]
