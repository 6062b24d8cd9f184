"""What dbt is spared changes no order and no macro.

Harms guarded against: a table that is made before the tests of what it reads have passed; a macro
that answers with the values of another model.
"""

import random
from types import SimpleNamespace

import networkx
from dbt.clients.jinja import MacroStack, get_rendered
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespaceBuilder
from dbt.node_types import NodeType

from scripts.operations import lean_dbt

_SOURCES = ("source.a", "source.b")


def project(seed: int) -> SimpleNamespace:
    """Models that read sources and one another, and tests of one, two or three of them."""
    chance = random.Random(seed)
    nodes, known = {}, list(_SOURCES)
    for number in range(chance.randint(4, 14)):
        name = f"model.{number}"
        reads = chance.sample(known, min(len(known), chance.randint(0, 3)))
        nodes[name] = SimpleNamespace(resource_type=NodeType.Model, depends_on_nodes=reads)
        known.append(name)
    for number in range(chance.randint(1, 12)):
        looks_at = chance.sample(known, min(len(known), chance.randint(1, 3)))
        nodes[f"test.{number}"] = SimpleNamespace(
            resource_type=NodeType.Test, depends_on_nodes=looks_at
        )
    children = {name: [] for name in (*_SOURCES, *nodes)}
    for name, node in nodes.items():
        for parent in node.depends_on_nodes:
            children[parent].append(name)
    sources = {
        name: SimpleNamespace(resource_type=NodeType.Source, depends_on_nodes=[])
        for name in _SOURCES
    }
    return SimpleNamespace(nodes=nodes, sources=sources, functions={}, child_map=children)


def order(manifest, add_test_edges) -> set[tuple[str, str]]:
    """What waits for what, also through others."""
    linker = Linker()
    linker.graph.add_nodes_from(_SOURCES)
    for name, node in manifest.nodes.items():
        linker.graph.add_node(name)
        linker.graph.add_edges_from((parent, name) for parent in node.depends_on_nodes)
    add_test_edges(linker, manifest)
    return set(networkx.transitive_closure_dag(linker.graph).edges)


def by_definition(linker: Linker, manifest) -> None:
    """dbt's own rule: a model comes after each test that looks only at what is before the model."""
    graph = linker.graph.copy()
    for test, looked_at in manifest.nodes.items():
        if looked_at.resource_type is NodeType.Test:
            linker.graph.add_edges_from(
                (test, name)
                for name, node in manifest.nodes.items()
                if node.resource_type is not NodeType.Test
                and set(looked_at.depends_on_nodes) <= networkx.ancestors(graph, name)
            )


def test_a_model_waits_for_the_tests_of_all_before_it(monkeypatch):
    """In graphs of all kinds."""
    monkeypatch.setattr(Linker, "add_test_edges_1", Linker.add_test_edges_1)
    lean_dbt._wait_for_tests_once()
    for seed in range(300):
        manifest = project(seed)
        expected = order(manifest, by_definition)
        assert order(manifest, Linker.add_test_edges_1) == expected, seed


def macro(package: str, name: str, says: str) -> SimpleNamespace:
    text = f"{{% macro {name}() %}}{says}{{% endmacro %}}"
    unique_id = f"macro.{package}.{name}"
    return SimpleNamespace(
        package_name=package, name=name, unique_id=unique_id, macro_sql=text, original_file_path=""
    )


def context(macros: list[SimpleNamespace], **values) -> dict:
    """What a node of the package `ours` is told, with our values beside the macros."""
    lean_dbt.work_less()
    by_package = {}
    for one in macros:
        by_package.setdefault(one.package_name, {})[one.name] = one
    found = dict(values)
    found["context"] = found
    builder = MacroNamespaceBuilder("ours", "ours", MacroStack(), ["dbt_duckdb", "dbt"])
    found.update(builder.build_namespace(by_package, found))
    return found


OURS = [
    macro("ours", "both", "ours"),
    macro("theirs", "both", "theirs"),
    macro("dbt", "both", "dbt's"),
    macro("dbt", "plain", "dbt's"),
    macro("dbt_duckdb", "plain", "DuckDB's"),
    macro(
        "dbt",
        "caller",
        "{{ night }} {{ both() }} {{ plain() }} {{ theirs.both() }} {{ dbt.both() }}",
    ),
]


def test_a_macro_made_once_knows_the_context_of_each_call():
    contexts = [context(OURS, night=night) for night in ("first", "second")]
    assert [get_rendered("{{ caller() }}", one) for one in contexts] == [
        f"{night} ours DuckDB's theirs dbt's" for night in ("first", "second")
    ]


def test_a_macro_that_one_node_replaces_stays_with_the_others():
    """As the unit test of one model does, also in a package."""
    contexts = [context(OURS, night="") for _ in range(2)]
    contexts[0]["theirs"]["both"] = lambda: "replaced"
    contexts[0]["plain"] = lambda: "replaced"
    assert [get_rendered("{{ caller() }}", one).strip() for one in contexts] == [
        "ours replaced replaced dbt's",
        "ours DuckDB's theirs dbt's",
    ]


def test_a_macro_that_is_read_later_is_known():
    told = [*OURS, macro("ours", "late", "late")]
    assert get_rendered("{{ both() }}", context(OURS)) == "ours"
    assert get_rendered("{{ late() }}", context(told)) == "late"
