"""dbt does what a night needs of it, and no more: what it would work out again each time is kept.

Half of the processor time of a night that brings little is dbt's own. What is changed here changes
no SQL and no order: which macros call which, whether the graph has a circle, the words of dates
that no table of ours holds, and messages that nobody reads.
"""

from __future__ import annotations

import atexit
import functools
import gc
import os
import threading
from collections import ChainMap
from types import SimpleNamespace


@functools.cache
def work_less() -> None:
    """From here on, in this process."""
    _collect_less()
    if not os.environ.get("DBT_DEBUG"):
        _say_less()
    _know_macros_once()
    _make_macros_once()
    _find_relations_by_name()
    _read_templates_once()
    _look_for_circles_quickly()
    _know_words_of_dates_once()
    _wait_for_tests_once()


def _collect_less() -> None:
    """Each template leaves a circle of objects; those of a whole night are a few hundred megabytes.

    To free them one by one takes a tenth of a small night, and they end with the process anyway.
    """
    gc.set_threshold(5_000_000, 50, 1000)
    # at its end Python collects once more, unless there is nothing left to look at
    atexit.register(gc.freeze)


def _say_less() -> None:
    """dbt's messages for its own debugging take a tenth of a build.

    To make one takes as long as to say it, so a message is made when somebody reads it.
    """
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager

    say = EventManager.fire_event

    def fire_event(self, event, level=None, *arguments, **options) -> None:
        if (level or event.level_tag()) not in (EventLevel.DEBUG, EventLevel.TEST):
            say(self, event, level, *arguments, **options)

    EventManager.fire_event = fire_event
    make, message = BaseEvent.__init__, "pb_msg"

    def keep(self, *arguments, **options) -> None:
        self.__dict__["told"] = arguments, options

    def read(self, name):
        if message not in self.__dict__:
            arguments, options = self.__dict__.pop("told")
            make(self, *arguments, **options)
        made = self.__dict__[message]
        return made if name == message else getattr(made, name)

    def write(self, name, value) -> None:
        if name == message:
            self.__dict__[message] = value
        else:
            setattr(read(self, message), name, value)

    BaseEvent.__init__, BaseEvent.__getattr__, BaseEvent.__setattr__ = keep, read, write


def _know_macros_once() -> None:
    """dbt collects the names of all macros for each question to the database: a tenth more."""
    import dbt.cli.requires as requires

    generate = requires.generate_runtime_macro_context
    kept = threading.local()  # which macro calls which is known per thread

    def generate_once(macro, config, manifest, package_name):
        contexts = kept.__dict__.setdefault("contexts", {})
        # a module may call dbt twice, each time with a connection, and a configuration, of its own
        key = (id(config), package_name)
        if key not in contexts:
            contexts[key] = config, generate(macro, config, manifest, package_name)
        return dict(contexts[key][1])

    requires.generate_runtime_macro_context = generate_once


def _make_macros_once() -> None:
    """dbt makes an object of every macro anew for each node, twice: half the time of a small test.

    Here a macro is made once and takes the context of its caller.
    """
    import dbt.context.macros as known
    from dbt.clients.jinja import MacroGenerator
    from dbt_common.clients.jinja import MacroFuzzEnvironment
    from jinja2.runtime import Context

    whose = "_macros_of"

    class SharedMacro(MacroGenerator):
        """Of no context by itself."""

    class CallingContext(Context):
        def call(self, called, /, *arguments, **named):
            if type(called) is SharedMacro:
                context = self.parent["context"]
                called = MacroGenerator(called.macro, context, *context[whose])
            return Context.call(self, called, *arguments, **named)

    class Namespace(dict, known.MacroNamespace):
        """A dict, so that a context takes all of it in one step.

        What it says of one name comes from the packages, in which a unit test changes macros.
        """

        __getitem__ = known.MacroNamespace.__getitem__
        get = known.MacroNamespace.get

        def __init__(self, made: known.MacroNamespace) -> None:
            packages = {name: dict(macros) for name, macros in made.packages.items()}
            known.MacroNamespace.__init__(
                self,
                made.global_namespace,
                made.local_namespace,
                dict(made.global_project_namespace),
                packages,
            )
            for macros in reversed(list(self._search_order())):
                self.update(macros)

    make = known.MacroNamespaceBuilder.build_namespace
    kept = []  # the macros of the last project, how many, and what was made of them for whom

    def make_once(self, macros, context):
        context[whose] = self.node, self.thread_ctx
        count = sum(map(len, macros.values()))
        if not (kept and kept[0] is macros and kept[1] == count):
            kept[:] = macros, count, {}
        asked = self.root_package, self.search_package, *self.internal_package_names_order
        if asked not in kept[2]:
            kept[2][asked] = make(self, macros, None)
        return Namespace(kept[2][asked])

    MacroFuzzEnvironment.context_class = CallingContext
    known.MacroGenerator = SharedMacro
    known.MacroNamespaceBuilder.build_namespace = make_once


def _read_templates_once() -> None:
    """Hooks and tests of one kind are one text, which Jinja would read for each node."""
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    read = MacroFuzzEnvironment.compile
    kept = {}

    def compile(self, source, *arguments, **named):
        key = type(self), source, arguments, *named.items()
        if key not in kept:
            kept[key] = read(self, source, *arguments, **named)
        return kept[key]

    MacroFuzzEnvironment.compile = compile


def _find_relations_by_name() -> None:
    """For each name dbt compares all tables and views; their names alone say which it can be."""
    from dbt.adapters.base.impl import BaseAdapter
    from dbt.adapters.cache import RelationsCache

    match, all_of = BaseAdapter._make_match, RelationsCache.get_relations

    def match_named(self, relations, database, schema, identifier):
        wanted = identifier.lower()
        near = [found for found in relations if (found.identifier or "").lower() == wanted]
        return match(self, near, database, schema, identifier)

    def of_schema(self, database, schema):
        if not (database and schema):
            return all_of(self, database, schema)
        place = database.lower(), schema.lower()
        with self.lock:
            # their keys are in lower case
            return [found.inner for key, found in self.relations.items() if key[:2] == place]

    BaseAdapter._make_match, RelationsCache.get_relations = match_named, of_schema


def _look_for_circles_quickly() -> None:
    """Whether a graph has a circle is one walk; to find one, dbt walks again from each node."""
    import networkx
    from dbt.compilation import Linker

    find = Linker.find_cycles

    def find_cycles(self):
        return None if networkx.is_directed_acyclic_graph(self.graph) else find(self)

    Linker.find_cycles = find_cycles


def _know_words_of_dates_once() -> None:
    import parsedatetime

    parsedatetime.Constants = functools.cache(parsedatetime.Constants)


def _wait_for_tests_once() -> None:
    """A model waits for the tests of all before it: through its parents, not for each by itself.

    dbt has such a way of its own (--use-fast-test-edges), but that does not get past a source, so
    nobody would wait for a test of two models after it. With sources among the nodes it does.
    """
    from dbt.compilation import Linker

    def add_test_edges(self, manifest) -> None:
        nodes = ChainMap(manifest.nodes, manifest.sources, manifest.functions)
        known = SimpleNamespace(nodes=nodes, child_map=manifest.child_map)
        for test, node in Linker._get_test_edges_2(self.graph, known):
            self.graph.add_edge(test, node, edge_type="parent_test")

    Linker.add_test_edges_1 = add_test_edges
