"""The rules of structure, over dbt's manifest: each a function from the graph to what breaks it.

They are those of dbt_project_evaluator that ask for something; what naming, descriptions, contracts
and layers ask for is in dbt-bouncer.yml already.
"""

import re
from collections import defaultdict
from functools import cached_property

KEY_TESTS = {"unique_combination", "structural_key", "windows_do_not_overlap"}
MOST_PARENTS = 7
MOST_LEAVES = 3
MOST_VIEWS = 5


class Graph:
    """Models and sources of a manifest, by short name, with who reads whom."""

    def __init__(self, manifest: dict):
        self._nodes = manifest["nodes"].values()
        self.models = {
            node["name"]: node for node in self._nodes if node["resource_type"] == "model"
        }
        self.sources = {
            f"{source['source_name']}.{source['name']}": source
            for source in manifest["sources"].values()
        }
        # a block of the project takes the place of dbt's own of the same name
        self.docs = {
            block["name"]: block
            for block in manifest["docs"].values()
            if block["package_name"] == "ai_cost"
        }
        self.exposures = list(manifest["exposures"].values())
        self._described = {**manifest["nodes"], **manifest["sources"]}

    def repeats(self, folder: str) -> set[tuple[str, str]]:
        """(model, column) where a parent's column has that name and that sentence, and no test."""
        tested = {
            (node.get("attached_node"), node.get("column_name"))
            for node in self._nodes
            if node["resource_type"] == "test"
        }
        return {
            (name, column["name"])
            for name, node in self.models.items()
            if node["original_file_path"].startswith(folder)
            for column in node["columns"].values()
            if (node["unique_id"], column["name"]) not in tested
            for parent in node["depends_on"]["nodes"]
            if self._described[parent]["columns"].get(column["name"], {}).get("description")
            == column["description"]
        }

    @staticmethod
    def short(unique_id: str) -> str:
        """`source.table` of a source, the name of anything else."""
        parts = unique_id.split(".")
        return ".".join(parts[2:4]) if parts[0] == "source" else parts[2]

    @cached_property
    def parents(self) -> dict[str, set[str]]:
        """Model -> models and sources it reads; seeds are left out, as rules speak of data."""
        return {
            name: {
                self.short(parent)
                for parent in node["depends_on"]["nodes"]
                if parent.split(".")[0] in {"model", "source"}
            }
            for name, node in self.models.items()
        }

    @cached_property
    def children(self) -> dict[str, set[str]]:
        """Model or source -> models that read it."""
        found = defaultdict(set)
        for name, parents in self.parents.items():
            for parent in parents:
                found[parent].add(name)
        return found

    def tests(self, name: str) -> list[tuple[str, str | None]]:
        """(test, column) of a model."""
        return [
            (node["test_metadata"]["name"], node["column_name"])
            for node in self._nodes
            if node["resource_type"] == "test"
            and node.get("test_metadata")
            and node["attached_node"] == self.models[name]["unique_id"]
        ]

    def is_view(self, name: str) -> bool:
        """Whether reading it means computing it."""
        return self.models[name]["config"]["materialized"] in {"view", "ephemeral"}


def models_without_a_tested_key(graph: Graph) -> set[str]:
    found = set()
    for name in graph.models:
        tests = graph.tests(name)
        unique, filled = (
            {column for test, column in tests if test == kind} for kind in ("unique", "not_null")
        )
        if not unique & filled and not KEY_TESTS & {test for test, _ in tests}:
            found.add(name)
    return found


def sources_without_freshness(graph: Graph) -> set[str]:
    return {
        name
        for name, source in graph.sources.items()
        if not (source["freshness"] or {}).get("warn_after", {}).get("count")
    }


def sources_read_by_none_or_several(graph: Graph) -> set[str]:
    return {name for name in graph.sources if len(graph.children[name]) != 1}


def models_of_staging_that_read_more_than_a_source(graph: Graph) -> set[str]:
    return {
        name
        for name, parents in graph.parents.items()
        if name.startswith("stg_") and (len(parents) != 1 or parents & set(graph.models))
    }


def models_that_read_nothing(graph: Graph) -> set[str]:
    return {name for name, node in graph.models.items() if not node["depends_on"]["nodes"]}


def models_and_sources_in_another_folder(graph: Graph) -> set[str]:
    found = set()
    for name, node in (graph.models | graph.sources).items():
        folders = node["original_file_path"].split("/")[1:-1]
        if name in graph.sources:
            right = folders == ["staging", node["source_name"]]
        elif name.startswith("stg_"):
            right = folders == ["staging", name.removeprefix("stg_").split("__")[0]]
        else:
            right = folders[0] == ("intermediate" if name.startswith("int_") else "marts")
        if not right:
            found.add(name)
    return found


def models_with_a_table_written_out(graph: Graph) -> set[str]:
    written = re.compile(r"\b(?:from|join)\s+[\w\"]+\.[\w\"]+", flags=re.I)
    return {name for name, node in graph.models.items() if written.search(node["raw_code"])}


def models_with_many_parents(graph: Graph) -> set[str]:
    return {name for name, parents in graph.parents.items() if len(parents) >= MOST_PARENTS}


def models_with_many_leaves(graph: Graph) -> set[str]:
    return {
        name
        for name in graph.models
        if sum(not graph.children[child] for child in graph.children[name]) > MOST_LEAVES
    }


def models_read_again_past_their_only_reader(graph: Graph) -> set[str]:
    """B of A -> B -> C and A -> C, where nobody but C reads B. Marts have readers elsewhere."""
    return {
        middle
        for middle, readers in graph.children.items()
        if middle.startswith("int_") and len(readers) == 1
        for reader in readers
        if graph.parents[middle] & graph.parents[reader] & set(graph.models)
    }


def longest_chain_of_views(graph: Graph) -> int:
    """How many views are computed, one in the other, before a table is written."""
    length: dict[str, int] = {}

    def chain(name: str) -> int:
        if name not in length:
            above = [chain(parent) for parent in graph.parents[name] if parent in graph.models]
            length[name] = 1 + max(above, default=0) if graph.is_view(name) else 0
        return length[name]

    return max(map(chain, graph.models))


def chains_of_views_too_long(graph: Graph) -> set[str]:
    longest = longest_chain_of_views(graph)
    return {f"longest: {longest}"} if longest > MOST_VIEWS else set()


def exposed_models_that_are_views(graph: Graph) -> set[str]:
    return {
        graph.short(parent)
        for exposure in graph.exposures
        for parent in exposure["depends_on"]["nodes"]
        if parent.startswith("model.") and graph.is_view(graph.short(parent))
    }


def steps_of_an_attempt_that_join_one_name_twice(graph: Graph) -> set[str]:
    """Views that rows of requests pass, where a CTE for a look-up is joined more than once.

    DuckDB writes such a CTE down first, and carries every column of the rows below it, read or not.
    """
    return {
        name
        for name, node in graph.models.items()
        if node["config"]["materialized"] == "view"
        and any(
            parent.startswith(("int_requests_", "int_owner_candidates"))
            for parent in graph.parents[name]
        )
        for cte in re.findall(
            r"(\w+) as \(\s*select \* from \{\{ ref\('\w+'\) \}\}\s*\)", node["raw_code"]
        )
        if len(re.findall(rf"join {cte}\b", node["raw_code"])) > 1
    }


RULES = {
    rule.__name__.replace("_", " "): rule
    for rule in (
        models_without_a_tested_key,
        sources_without_freshness,
        sources_read_by_none_or_several,
        models_of_staging_that_read_more_than_a_source,
        models_that_read_nothing,
        models_and_sources_in_another_folder,
        models_with_a_table_written_out,
        models_with_many_parents,
        models_with_many_leaves,
        models_read_again_past_their_only_reader,
        chains_of_views_too_long,
        steps_of_an_attempt_that_join_one_name_twice,
        exposed_models_that_are_views,
    )
}
