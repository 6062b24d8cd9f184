"""The paths of the source YAML, and the SQL that follows them through a JSON line.

A path is keys (`a.b`, quoted where a key holds a dot), `[]` behind an array to explode, `{}`
behind an object to explode into its pairs of `key` and `value`, `|` behind a key whose value is
itself JSON text, or such text within text, and `{key}` to look into an OTLP attribute list;
`{a.*}` takes all that begin so, and `{key}|` goes on in the JSON text that an attribute is.
`[*]` behind an array takes the last element that has the rest of the path (streamed counts add
up, so the last one holds), `[key=value]` only looks at the elements with that value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

Keys = tuple[str, ...]
OBJECT = "{}"

_TOKEN = re.compile(
    r'"([^"]+)"|\[\]|\{\}|\[(\*|[^\]=]+=[^\]]+)\]|\{([^}]+)\}|([^."|\[\]{}]+)|([.|])'
)
# The first of an attribute's values that is there; an array or map stays JSON text.
_ATTRIBUTE_SHAPE = (
    '[{"key":"VARCHAR","value":{"stringValue":"VARCHAR","intValue":"VARCHAR",'
    '"doubleValue":"VARCHAR","boolValue":"VARCHAR","arrayValue":"JSON","kvlistValue":"JSON",'
    '"bytesValue":"VARCHAR"}}]'
)
_ATTRIBUTE_VALUE = (
    "coalesce(a.value.stringValue, a.value.intValue, a.value.doubleValue, a.value.boolValue, "
    "a.value.arrayValue::varchar, a.value.kvlistValue::varchar, a.value.bytesValue)"
)


@dataclass(frozen=True)
class Pick:
    """One element of an array: `pointer` leads from the array to the candidates.

    With `where`, a key and its value, the candidates are objects and `keys` the way into the
    one taken.
    """

    pointer: str
    where: tuple[str, str] | None = None
    keys: Keys = ()

    def sql(self, text: str) -> str:
        """SQL for the value in the array's text, null when there is none."""
        candidates = literal(self.pointer)
        if self.where is None:
            found = f"try(json_extract_string({text}, {candidates}))"
            return f"list_filter({found}, lambda x: x is not null)[-1]"
        key, value = literal(pointer((self.where[0],))), literal(self.where[1])
        found = f"try(json_extract({text}, {candidates}))"
        element = f"list_filter({found}, lambda x: json_extract_string(x, {key}) = {value})[-1]"
        return f"json_extract_string({element}, {literal(pointer(self.keys))})"


@dataclass(frozen=True)
class JsonPath:
    """A parsed path.

    `arrays` are the exploded arrays, outermost first, each as the keys that lead to it from
    the element before, with OBJECT at the end where it is an object; `documents` the keys that
    lead to JSON text, in order; `keys` the rest of the way; `attribute` the key wanted of the
    attribute list found there, `pick` the element wanted of the array found there. `listed` leads
    to an attribute list behind the documents, and names its attribute whose JSON text holds `keys`.
    """

    arrays: tuple[Keys, ...]
    documents: tuple[Keys, ...]
    keys: Keys
    attribute: str | None = None
    pick: Pick | None = None
    listed: tuple[Keys, str] | None = None


def parse_path(text: str) -> JsonPath:
    """Parse one path; raise ValueError when it is not of the grammar above."""
    arrays: list[Keys] = []
    documents: list[Keys] = []
    keys: list[str] = []
    attribute, listed = None, None
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        is_behind_attribute = attribute is not None
        if token is None or (is_behind_attribute and token.group() != "|"):
            raise ValueError(f"path {text!r} is not understood at character {position + 1}")
        name = attribute
        quoted, element, attribute, plain, mark = token.groups()
        if listed and not (plain or quoted or mark == "."):
            raise ValueError(f"path {text!r}: only keys follow the text of an attribute")
        if element:
            pick = _parse_pick(text, position)
            return JsonPath(tuple(arrays), tuple(documents), tuple(keys), pick=pick)
        if quoted or plain:
            keys.append(quoted or plain)
        elif token.group() in ("[]", OBJECT) and not documents:
            arrays.append((*keys, OBJECT) if token.group() == OBJECT else tuple(keys))
            keys = []
        elif is_behind_attribute:
            listed = (tuple(keys), name)
            keys = []
        elif mark == "|":
            documents.append(tuple(keys))
            keys = []
        elif token.group() in ("[]", OBJECT):
            raise ValueError(f"path {text!r}: an array inside JSON text cannot be exploded")
        position = token.end()
    return JsonPath(tuple(arrays), tuple(documents), tuple(keys), attribute, listed=listed)


def _parse_pick(text: str, position: int) -> Pick:
    """The rest of a path, from its first `[*]` or `[key=value]` on."""
    pointer, where, keys = "$", None, []
    while position < len(text):
        token = _TOKEN.match(text, position)
        quoted, element, _, plain, mark = token.groups() if token else (None,) * 5
        if (quoted or plain) and where:
            keys.append(quoted or plain)
        elif quoted or plain:
            pointer += f'."{quoted or plain}"'
        elif element and not where:
            pointer += "[*]"
            where = None if element == "*" else tuple(element.split("=", 1))
        elif mark != ".":
            raise ValueError(f"path {text!r} is not understood at character {position + 1}")
        position = token.end()
    return Pick(pointer, where, tuple(keys))


def literal(text: str) -> str:
    """Text as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def pointer(keys: Keys) -> str:
    """Keys as a JSONPath from the root."""
    return "$" + "".join(f'."{key}"' for key in keys)


def read_through(text: str) -> str:
    """SQL for a text that may be JSON text within JSON text, once or twice, as what is in it."""
    once = f"json_extract_string({text}, '$')"
    twice = f"json_extract_string({once}, '$')"
    inside = f"try(case when starts_with({once}, '\"') then {twice} else {once} end)"
    return f"case when starts_with({text}, '\"') then coalesce({inside}, {text}) else {text} end"


def quoted(key: str) -> str:
    """A key or the name of a column as SQL."""
    return f'"{key}"'


@dataclass
class _Document:
    """A JSON text met on the way, and everything wanted of it, so that it is parsed once."""

    name: str
    text: str
    wanted: dict[Keys, int] = field(default_factory=dict)
    inner: dict[Keys, _Document] = field(default_factory=dict)
    attributes: dict[Keys, str] = field(default_factory=dict)
    picks: dict[tuple[Keys, Pick], str] = field(default_factory=dict)
    listed: dict[tuple[Keys, str], _Document] = field(default_factory=dict)

    def value(self, keys: Keys) -> str:
        """SQL for the text found under the keys, null when absent."""
        return f"{self.name}_v{self.wanted.setdefault(keys, len(self.wanted))}"

    def follow(self, keys: Keys) -> _Document:
        """The JSON text found under the keys."""
        if keys not in self.inner:
            name = f"{self.name}_d{len(self.inner)}"
            self.inner[keys] = _Document(name, read_through(self.value(keys)))
        return self.inner[keys]

    def follow_attribute(self, keys: Keys, key: str) -> _Document:
        """The JSON text that an attribute is; any other text under its name is no fault."""
        if (keys, key) not in self.listed:
            name = f"{self.name}_l{len(self.listed)}"
            self.listed[keys, key] = _Document(name, read_through(self.attribute(keys, key)))
        return self.listed[keys, key]

    def attribute(self, keys: Keys, key: str) -> str:
        """SQL for one attribute of the OTLP list found under the keys; the first of a kind wins."""
        if keys not in self.attributes:
            self.attributes[keys] = f"{self.name}_a{len(self.attributes)}"
            self.value(keys)
        name = self.attributes[keys]
        if key.endswith("*"):
            # all that begin so, in the form of an object's text
            wanted = f"list_filter(list_zip({name}_keys, {name}_values), "
            wanted += f"lambda a: starts_with(a[1], {literal(key[:-1])}))"
            pairs = f"list_transform({wanted}, lambda a: '\"' || a[1] || '\":' || a[2] || ',')"
            return f"array_to_string({pairs}, '')"
        return f"{name}_values[list_position({name}_keys, {literal(key)})]"

    def pick(self, keys: Keys, pick: Pick) -> str:
        """SQL for one element's text of the array found under the keys."""
        self.value(keys)
        return self.picks.setdefault((keys, pick), f"{self.name}_p{len(self.picks)}")

    def stages(self) -> Iterable[str]:
        """Select-list additions, to be applied one after the other."""
        shape, apart = self._shape()
        apart_name = f"{self.name}_apart" if shape else self.name
        # TRY makes null of a text that is not JSON, where the function would stop the query.
        if shape:
            yield f"try(from_json({self.text}, {literal(json.dumps(shape))})) as {self.name}"
        if apart:
            paths = ", ".join(literal(pointer(keys)) for keys in apart)
            yield f"try(json_extract_string({self.text}, [{paths}])) as {apart_name}"
        found = {keys: ".".join([self.name, *map(quoted, keys)]) for keys in self.wanted}
        found |= {keys: f"{apart_name}[{place}]" for place, keys in enumerate(apart, start=1)}
        yield ", ".join(f"{sql} as {self.value(keys)}" for keys, sql in found.items())
        for keys, name in self.attributes.items():
            shape = literal(_ATTRIBUTE_SHAPE)
            yield f"try(from_json({self.value(keys)}, {shape})) as {name}"
            yield (
                f"list_transform({name}, lambda a: a.key) as {name}_keys, "
                f"list_transform({name}, lambda a: {_ATTRIBUTE_VALUE}) as {name}_values"
            )
        for (keys, pick), name in self.picks.items():
            yield f"{pick.sql(self.value(keys))} as {name}"
        for document in (*self.inner.values(), *self.listed.values()):
            yield from document.stages()

    def _shape(self) -> tuple[dict, list[Keys]]:
        """The wanted keys as a shape for from_json, and those that do not fit into one.

        Those are an object wanted whole beside its parts, and keys that differ by case alone, which
        are one to a struct.
        """
        shape: dict = {}
        apart: list[Keys] = []
        parents = {keys[:length] for keys in self.wanted for length in range(len(keys))}
        spelled: dict[Keys, Keys] = {}
        for keys in self.wanted:
            ways = [keys[: length + 1] for length in range(len(keys))]
            known = [spelled.setdefault(tuple(map(str.lower, way)), way) for way in ways]
            if keys in parents or known != ways:
                apart.append(keys)
                continue
            inside = shape
            for key in keys[:-1]:
                inside = inside.setdefault(key, {})
            inside[keys[-1]] = "VARCHAR"
        return shape, apart

    def faults(self) -> Iterable[tuple[str, str]]:
        """Pairs of (SQL that is true when an inner text is not JSON, name of that text)."""
        for keys, document in self.inner.items():
            # A blank text is no fault. The texts are long: only one that gave nothing is looked at.
            fault = f"not json_valid({document.text}) and trim({document.text}) != ''"
            fault = f"when {document.name} is null then {fault}"
            # Text within more texts than are read through has none of the wanted keys.
            unread = f"starts_with({document.text}, '\"') and contains({document.text}, '{{')"
            yield f"case {fault} else {unread} end", ".".join(keys)
            yield from document.faults()


class LineQuery:
    """SQL from `lines(file_no, line_number, line)` to one row per exploded record.

    Ask `expression` for every path first, then read `sql`: a relation with the columns the
    expressions speak of, `file_no`, `line_number` and `line_fault`, the reason why the line as
    a whole cannot be taken. A line that is not a JSON object has the fault NOT_AN_OBJECT.
    """

    NOT_AN_OBJECT = "not a JSON object"

    def __init__(self, paths: Iterable[JsonPath], keep_empty: bool) -> None:
        self.arrays: tuple[Keys, ...] = max((path.arrays for path in paths), key=len, default=())
        self.keep_empty = keep_empty
        self.levels = [
            _Document(f"v{depth}", "line" if depth == 0 else f"e{depth}")
            for depth in range(len(self.arrays) + 1)
        ]
        self._exploded = [
            document.value(tuple(key for key in keys if key != OBJECT))
            for document, keys in zip(self.levels, self.arrays, strict=False)
        ]

    def expression(self, path: JsonPath) -> str:
        """SQL for the text at the path; raise ValueError for an array outside the explosion."""
        depth = len(path.arrays)
        if path.arrays != self.arrays[:depth]:
            raise ValueError(f"arrays {path.arrays} do not lie on the way {self.arrays}")
        document = self.levels[depth]
        for keys in path.documents:
            document = document.follow(keys)
        if path.listed:
            document = document.follow_attribute(*path.listed)
        if path.attribute is not None:
            return document.attribute(path.keys, path.attribute)
        if path.pick is not None:
            return document.pick(path.keys, path.pick)
        return document.value(path.keys)

    @property
    def sql(self) -> str:
        """The relation; complete once every expression has been asked for."""
        sql = "select file_no, line_number, line from lines"
        for depth, document in enumerate(self.levels):
            for stage in document.stages():
                sql = f"select *, {stage} from ({sql})"
            if depth == 0:
                sql = f"select *, {self._line_fault()} as line_fault from ({sql})"
            if depth < len(self.arrays):
                elements = self._elements(depth)
                sql = f"select *, unnest({elements}) as e{depth + 1} from ({sql})"
        return sql

    def faults(self) -> list[tuple[str, str]]:
        """The faults of inner JSON texts, of every level."""
        return [fault for document in self.levels for fault in document.faults()]

    def _line_fault(self) -> str:
        fault = (
            f"case when v0 is null or not starts_with(ltrim(line, e' \\t\\r'), '{{') "
            f"then {literal(self.NOT_AN_OBJECT)}"
        )
        # a record without the object is one without its parts: one row
        if self.arrays and OBJECT not in self.arrays[0]:
            array = self._exploded[0]
            missing = literal(f"no {'.'.join(self.arrays[0])}[] in the record")
            fault += f" when {array} is null or not starts_with({array}, '[') then {missing}"
        return fault + " end"

    def _elements(self, depth: int) -> str:
        """The list to unnest; a faulty line keeps one row, which carries the fault."""
        array = self._exploded[depth]
        is_object = OBJECT in self.arrays[depth]
        found = f"coalesce(try(json_extract({array}, '$[*]')), [])"
        if is_object:
            way = "'/' || replace(replace(k, '~', '~0'), '/', '~1')"
            pair = f"json_object('key', k, 'value', json_extract({array}, {way}))"
            found = (
                f"case when starts_with({array}, '{{') and json_valid({array}) then "
                f"list_transform(json_keys({array}), lambda k: {pair}) else [] end"
            )
        if is_object or (self.keep_empty and depth > 0):
            found = f"case when len({found}) = 0 then [null::json] else {found} end"
        return f"case when line_fault is null then {found} else [null::json] end"
