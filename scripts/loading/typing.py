"""The typing of a record's fields in SQL: text in, typed columns and the reason of a reject out.

Casts of DuckDB are too kind for evidence (`'1.5'` becomes 2, `'0x10'` becomes 16), so every
type states the texts it accepts. The usual text takes a short way; the rest is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from scripts.loading import dates
from scripts.loading.foreign import some
from scripts.loading.numbers import EITHER, ONE_OR_A_THOUSAND
from scripts.loading.paths import Keys, LineQuery, literal, pointer, read_through
from scripts.loading.people import hash_sql
from scripts.loading.sources import Column, Refused, Table

_NO_NAME = literal("null|NULL|None|none|undefined|N/A|n/a|nan|NaN")
_NUMBER = literal(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_ONE_OR_A_THOUSAND = literal(ONE_OR_A_THOUSAND)
_ISO = literal(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?"
    r"( ?([Zz]|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?"
)
_COMPACT = literal(r"[0-9]{8}T[0-9]{6}Z")
# What a row of the models holds (`quantity_type`): figures of a bill may be sums of a whole day.
_MAX_WHOLE = 999_999_999_999
# The largest model reads some ten million tokens. A hundred times that in one call is no usage, but
# a fault of whoever wrote it, and it would bury every sum it is in.
_MAX_OF_ONE_CALL = 999_999_999
# A clock may be wrong by a zone, not by more.
_AHEAD = timedelta(days=1)
_COUNTS = {"counts": "OBJECT", "counts_list": "ARRAY"}
# Of what is a message only whether it is there is kept.
_NOTHING = "'false', '0', '{}', '[]', 'no', 'ok'"
_OF_JSON = (*_COUNTS, "texts", "json", "other_counts", "tags")
# What stands under any of a field's names is one value.
_MERGED = ("other_counts", "tags")
_MAX_TEXTS, _MAX_TEXT_LENGTH = 50, 200
# A text under a key. What the biller itself tags says who made a thing: a person.
_TAG = r'"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)+)"'
_BILLERS_OWN = r"^(resourcetags/)?aws[:_]"
_TAG_SOURCES = ("iamprincipal", "userattribute", "resourcetags", "accounttag", "costcategory")
_TAG_SOURCE = rf"^(({'|'.join(_TAG_SOURCES)})/(user:)?|user[:_])"
_RAW_TEXT_LENGTH = 2000
# A key and a whole number above zero, also one written as text.
_COUNT = r'"([A-Za-z_][A-Za-z0-9_.\-]{0,99})":\s*"?([1-9][0-9]{0,11})(?:\.0+)?"?\s*[,}]'


@dataclass(frozen=True)
class Rules:
    """What typing depends on besides the table: the user key, and the run's instant.

    A record without a time counts as of `undated_at`; without one it is rejected.
    """

    key: bytes | None
    now: datetime
    undated_at: datetime | None = None


def line_sql(table: Table, rules: Rules, nul: bool) -> str:
    """SQL over `lines(file_no, line_number, line)`; see `_typed_sql` for what comes out.

    `nul` says that some text may hold a NUL character, which costs a look at every text.
    """
    query = LineQuery(list(table.paths), table.keep_empty)
    texts = [[query.expression(path) for path in column.paths] for column in table.fields]
    faults = " ".join(
        f"when {sql} then {literal(f'{name}: not valid JSON')}" for sql, name in query.faults()
    )
    for refused in table.refused:
        faults += f" when {_is_refused(refused, table, query)} then {literal(refused.reason)}"
    fault = f"case {faults} end" if faults else "null::varchar"
    return _typed_sql(table, _raw_sql(table, texts, nul, query.sql, fault), rules)


def _is_refused(refused: Refused, table: Table, query: LineQuery) -> str:
    """SQL that is true for a record of a kind that is refused."""
    found = [
        f"{query.expression(path)} " + ("is not null" if value is None else f"= {literal(value)}")
        for path, value in refused.fields
    ]
    missing = [
        f"{query.expression(path)} is null"
        for column in table.fields
        if column.name in refused.without
        for path in column.paths
    ]
    return " and ".join([*found, *missing])


def record_sql(table: Table, rules: Rules, nul: bool) -> str:
    """SQL over `records(file_no, line_number, h0, h1, ...)`, a column per header of the table."""
    place = {header: f"cast(h{index} as varchar)" for index, header in enumerate(table.headers)}
    relation = "select *, null::varchar as line_fault, null::varchar as line from records"
    # Each text of JSON is read once, those within another behind it.
    cells: dict[tuple, str] = {}
    for column in table.fields:
        for header, path in _headed(column):
            for depth in range(1, len(path.documents) + 1):
                cell = (header, *path.documents[1:depth])
                if cell not in cells:
                    text = place[header] if depth == 1 else _inside(cells[cell[:-1]], cell[-1])
                    cells[cell] = f"j{len(cells)}"
                    read = f"{read_through('cell')} as {cells[cell]}"
                    relation = f"select *, {text} as cell from ({relation})"
                    relation = f"select * exclude (cell), {read} from ({relation})"
    texts = [
        [
            _inside(cells[header, *path.documents[1:]], path.keys)
            if path.documents
            else place[header]
            for header, path in _headed(column)
        ]
        for column in table.fields
    ]
    outer = {header: name for (header, *inner), name in cells.items() if not inner}
    fault = _cell_fault(table, outer)
    return _typed_sql(table, _raw_sql(table, texts, nul, relation, fault), rules)


def _headed(column: Column) -> zip:
    return zip(column.headers, column.paths, strict=True)


def _inside(text: str, keys: Keys) -> str:
    """SQL for the value in a text of JSON."""
    return f"try(json_extract_string({text}, {literal(pointer(keys))}))"


def _cell_fault(table: Table, cells: dict[str, str]) -> str:
    """SQL for why a cell of JSON gives nothing; a line of a bill is not lost for it."""
    broken = "starts_with({0}, '{{') and not json_valid({0})"
    unread = "starts_with({0}, '\"') and contains({0}, '{{')"
    faults = " ".join(
        f"when ({broken.format(text)}) or ({unread.format(text)}) "
        f"then {literal(f'{header}: not valid JSON')}"
        for header, text in cells.items()
    )
    return f"case {faults} end" if faults and table.kind == "gateway" else "null::varchar"


def _raw_sql(
    table: Table, texts: list[list[str]], nul: bool, relation: str, field_fault: str
) -> str:
    """The text of every field as r0, r1, ..., beside the faults found so far.

    Of the names that a field may have most are in no record: the first text that is there is taken
    in a step of its own, and the names are looked at one by one only where it is blank.
    """
    if nul:
        texts = [[f"replace({text}, chr(0), '')" for text in each] for each in texts]
    fields = list(enumerate(table.fields))
    texts = [
        [read_through(text) for text in texts[i]] if column.format in _OF_JSON else texts[i]
        for i, column in fields
    ]
    firsts = [
        f"coalesce({', '.join(texts[i])}) as c{i}"
        for i, column in fields
        if len(texts[i]) > 1 and column.format not in _MERGED
    ]
    found = ", ".join(f"{_found(table, column, texts[i], f'c{i}')} as f{i}" for i, column in fields)
    raw = ", ".join(f"{_named(table, column, f'f{i}')} as r{i}" for i, column in fields)
    taken = ", ".join(["*", f"{field_fault} as field_fault", *firsts])
    place = "file_no, line_number, line, line_fault, field_fault"
    relation = f"select {place}, {found} from (select {taken} from ({relation}))"
    return f"select {place}, {raw} from ({relation})"


def _typed_sql(table: Table, raw_sql: str, rules: Rules) -> str:
    """One row per record: its place, what is wrong with it, its fields.

    `reason` is null for a record that is accepted; `whole_line` is true when the line, not one
    of its records, is at fault; `raw_text` holds the declared fields of a rejected record;
    `unread_line` is the text of a line that did not read as an object, for a second look;
    `dropped_fields` names the fields an accepted record was kept without. People and secrets are
    still in the texts.
    """
    fields = list(enumerate(table.fields))
    # Values are parsed in a step of their own, because a later step names them several times.
    parsed = ", ".join(f"{_parsed(column, f'r{i}')} as p{i}" for i, column in fields)
    values = [_value(table, column, f"r{i}", f"p{i}", rules.key) for i, column in fields]
    if rules.undated_at:
        values = [_dated(values[i], table, column, i, rules) for i, column in fields]
    typed = ", ".join(f"{value} as t{i}" for i, value in enumerate(values))
    columns = ", ".join(f't{i} as "{column.name}"' for i, column in fields)
    tests, reasons = _tests(table, rules)
    lost = [(column.name, _lost(column, i)) for i, column in fields if column.droppable]
    retry = f"case when line_fault = {literal(LineQuery.NOT_AN_OBJECT)} then line end"
    return f"""
        select file_no, line_number,
            line_fault is not null as whole_line,
            case when bad then coalesce({", ".join(reasons)}) end as reason,
            case when bad then left(cast(json_merge_patch('{{}}',
                json_object({_shown(table)})) as varchar), {_RAW_TEXT_LENGTH}) end as raw_text,
            {retry} as unread_line,
            {_dropped(lost)} as dropped_fields,
            {columns}
        from (select *, ({" or ".join(tests)}) as bad, ({_either(lost)}) as lossy from (
            select *, {typed} from (select *, {parsed} from ({raw_sql}))
        ))"""


def _dated(value: str, table: Table, column: Column, i: int, rules: Rules) -> str:
    """The value; for a record that states no time at all, the instant that the rules give it."""
    if column.name != table.event_time:
        return value
    return f"case when r{i} is null then timestamp '{rules.undated_at}' else {value} end"


def _shown(table: Table) -> str:
    """SQL for the names and texts of a rejected record: texts as they would have been stored."""
    pairs = [
        f"{literal(column.name)}, "
        + (
            f"t{i}"
            if _is_text(column) or column.format == "present"
            else f"case when not {_nested(f'r{i}')} then r{i} end"
        )
        for i, column in enumerate(table.fields)
        if not column.hashed
    ]
    return ", ".join(pairs)


def _either(lost: list[tuple[str, str]]) -> str:
    return " or ".join(sql for _, sql in lost) or "false"


def _dropped(lost: list[tuple[str, str]]) -> str:
    """SQL for the names of the fields that were lost, in the order of the YAML."""
    names = ", ".join(f"case when {sql} then {literal(name)} end" for name, sql in lost)
    return f"case when lossy then concat_ws(',', {names}) end" if lost else "null::varchar"


def _lost(column: Column, i: int) -> str:
    """SQL that is true when there is a text and it is not what was declared; never null."""
    if column.hashed:
        return f"coalesce({_nested(f'r{i}')}, false)"
    if column.format in _MERGED:
        return "false"
    if column.format == "texts":
        return f"coalesce(starts_with(r{i}, '{{'), false)"
    return f"(r{i} is not null and t{i} is null)"


def _tests(table: Table, rules: Rules) -> tuple[list[str], list[str]]:
    """SQL that is true for a bad record, and SQL for the reason, null where it does not apply."""
    tests = ["line_fault is not null", "field_fault is not null"]
    reasons = ["line_fault", "field_fault"]

    def add(test: str, reason: str) -> None:
        tests.append(test)
        reasons.append(f"case when {test} then {reason} end")

    fields = list(enumerate(table.fields))
    for i, column in fields:
        if not column.droppable or column.name == table.event_time:
            add(_lost(column, i), _reason(table, column, f"r{i}"))
    for i, column in fields:
        if column.name == table.event_time:
            add(f"t{i} is null", literal(_no_time(column)))
            if not table.in_advance:
                latest = f"timestamp '{rules.now + _AHEAD:%Y-%m-%d %H:%M:%S}'"
                says = f"{column.name} is out of range: more than a day after this run"
                add(f"coalesce(t{i} > {latest}, false)", literal(says))
        elif column.required:
            add(f"t{i} is null", literal(f"no {column.name}"))
    if table.money and not table.keep_empty:
        lost = [f"t{i} is null" for i, column in fields if column.name in table.money]
        add(f"({' and '.join(lost)})", literal(f"no amount ({' or '.join(table.money)})"))
    if table.kind == "gateway":
        rest = [
            f"{'r' if column.hashed else 't'}{i} is null"
            for i, column in fields
            if column.data_type not in ("timestamp", "date")
        ]
        if rest:
            add(f"({' and '.join(rest)})", literal("nothing but a time: no request"))
    return tests, reasons


def _no_time(column: Column) -> str:
    """What is said of a record without a time: the names by which one is looked for."""
    return f"no event time ({column.name}): none of {some(column.headers)} is there"


def _is_text(column: Column) -> bool:
    """Whether any text will do."""
    return column.data_type == "varchar" and column.format != "decimal"


def may_name_people(column: Column) -> bool:
    """Whether its value is a text in which a person may stand."""
    return _is_text(column) and not column.hashed


def _nested(text: str) -> str:
    """SQL that is true for an object or a list, where one value is declared; null for null.

    A text that begins with a bracket may also be a name.
    """
    opened = literal(r"""^.\s*[{'"]""")
    listed = f"json_valid({text}) or regexp_matches({text}, {opened})"
    return f"(starts_with({text}, '{{') or (starts_with({text}, '[') and ({listed})))"


def _found(table: Table, column: Column, alternatives: list[str], first: str) -> str:
    """The first alternative that is not blank, trimmed; `first` is the first that is there."""
    if column.format in _MERGED:
        # not the first of them: what is in any
        return f"nullif(concat_ws(' ', {', '.join(alternatives)}), '')"
    trimmed = [_trimmed(text) for text in alternatives]
    if table.none is not None:
        trimmed = [f"nullif({text}, {literal(table.none)})" for text in trimmed]
    if column.role == "identifies":
        # An id of blanks that only Unicode knows is no id; they all sort behind "~".
        blank = literal(r"[\s\pZ\pC]*")
        trimmed = [
            f"case when {t} > '~' and regexp_full_match({t}, {blank}) then null else {t} end"
            for t in trimmed
        ]
    if len(alternatives) == 1:
        return trimmed[0]
    is_odd = _has_blanks(first)
    if table.none is not None:
        is_odd += f" or {first} = {literal(table.none)}"
    if column.role == "identifies":
        is_odd += f" or {first} > '~'"
    return f"case when {is_odd} then coalesce({', '.join(trimmed)}) else {first} end"


def _named(table: Table, column: Column, text: str) -> str:
    """The text, unless it is a word that says that there is none."""
    if column.data_type == "boolean":
        return f"case when lower({text}) in ('none', 'null', '-', 'n/a') then null else {text} end"
    if column.data_type == "bigint":
        # Letters sort behind numbers, which most texts are.
        is_none = f"{text} > 'A' and length({text}) < 10 and regexp_full_match({text}, {_NO_NAME})"
        return f"case when {text} = '-' or {is_none} then null else {text} end"
    if column.posted and table.kind == "gateway":
        # An owner, a model or a tier that a program wrote as text for want of one. Not by "in": a
        # list as long is a join to DuckDB, which does not keep the order of the lines.
        is_none = f"length({text}) < 10 and regexp_full_match({text}, {_NO_NAME})"
        return f"case when {is_none} then null else {text} end"
    return text


def _trimmed(text: str) -> str:
    # Trimming reads the whole text; the ends tell whether that is needed.
    trimmed = f"nullif(trim({text}, e' \\t\\r\\n'), '')"
    return f"case when {_has_blanks(text)} then {trimmed} else {text} end"


def _has_blanks(text: str) -> str:
    """SQL that is true for a text that is empty, or has blanks at an end, which sort before "!"."""
    ends = " or ".join(f"ends_with({text}, chr({code}))" for code in (9, 10, 13, 32))
    return f"{text} < '!' or {ends}"


def _parsed(column: Column, text: str) -> str:
    if column.data_type == "bigint":
        return f"try_cast({text} as bigint)"
    if column.data_type == "timestamp":
        return _instant(text, column.format)
    return "null"


def _value(table: Table, column: Column, text: str, parsed: str, key: bytes | None) -> str:
    if column.hashed:
        return f"case when {_nested(text)} then null else {hash_sql(text, key, 'null')} end"
    if column.format == "duration":
        return _duration(text, parsed)
    if column.data_type == "bigint":
        return _whole(text, parsed, _limit(table))
    if column.format == "present":
        return f"case when lower({text}) in ({_NOTHING}) then false when {text} != '' then true end"
    if column.data_type == "boolean":
        return (
            # t and f are PostgreSQL's own
            f"case when lower({text}) in ('true', '1', 't', 'yes') then true "
            f"when lower({text}) in ('false', '0', 'f', 'no') then false end"
        )
    if column.data_type == "timestamp":
        return (
            f"case when {parsed} >= timestamp '2000-01-01' "
            f"and {parsed} < timestamp '2100-01-01' then {parsed} end"
        )
    if column.data_type == "date":
        return _date(text, column.format)
    if column.format in _COUNTS:
        return _counts(text, _COUNTS[column.format])
    if column.format == "texts":
        return _texts(text)
    if column.format == "other_counts":
        return _other_counts(table, text)
    if column.format == "tags":
        return _tags(text)
    if column.format == "decimal":
        # Less than the width of money in the models, so that a thousand such amounts can be summed.
        return (
            f"case when regexp_full_match({text}, {_NUMBER}) "
            f"and abs(try_cast({text} as decimal(30, 15))) <= {_MAX_WHOLE} then {text} end"
        )
    if column.format == "json":
        return text
    kept = f"bare_url({text})" if column.format == "url" else text
    return f"case when {_nested(text)} then null else {kept} end"


def _limit(table: Table) -> int:
    return _MAX_OF_ONE_CALL if table.kind == "gateway" else _MAX_WHOLE


def _counts(text: str, kind: str) -> str:
    """A JSON object or list of counts, without any text but models and types.

    Whoever reads a list may cast its numbers: one with fractions or absurd numbers is refused.
    """
    string = r'"((?:[^"\\]|\\.)*)"'
    # Models, types and keys change their quotes for other marks, and back at the end.
    steps = (
        (r'"(model|type)":"([^"\\]*)"', "\x01\\1\x02:\x01\\2\x02"),
        (f"{string}:", "\x01\\1\x02:"),
        (string, "null"),
        ("true|false", "null"),
    )
    # A text from a cell may have blanks, which the patterns do not know.
    bare = f"cast(try(json({text})) as varchar)"
    for pattern, by in steps:
        bare = f"regexp_replace({bare}, {literal(pattern)}, {literal(by)}, 'g')"
    odd = literal(r":-|:[0-9]+[.eE]|[0-9]{10,}")
    kept = f"replace(replace({bare}, chr(1), chr(34)), chr(2), chr(34))"
    sane = f" and not regexp_matches({bare}, {odd})" if kind == "ARRAY" else ""
    return (
        f"case when json_valid({text}) and json_type({text}) = {literal(kind)}{sane} "
        f"then {kept} end"
    )


def _other_counts(table: Table, text: str) -> str:
    """The counts in a usage object that no column of the table reads, as lines of `key=count`.

    Where the key stands in the object is left out: what nobody reads has no better name.
    """
    known = {path.attribute or (path.keys[-1] if path.keys else "") for path in table.paths}
    known |= {path.pick.keys[-1] for path in table.paths if path.pick and path.pick.keys}
    listed = ", ".join(literal(name) for name in sorted(known) if name)
    found = f"regexp_extract_all({text}, {literal(_COUNT)}"
    pairs = f"list_zip({found}, 1), {found}, 2))"
    others = f"list_filter({pairs}, lambda p: not list_contains([{listed}], p[1]))"
    lines = f"list_transform(list_slice({others}, 1, {_MAX_TEXTS}), lambda p: p[1] || '=' || p[2])"
    return f"nullif(array_to_string({lines}, chr(10)), '')"


def _tags(text: str) -> str:
    """The tags of JSON objects as lines of `key:value`, at most 50 of at most 200 characters.

    A key is in lower case, with `_` for marks, without what says where it is from. Of equal keys
    the nearest to the call comes first: tags of who called, of the resource, of the account, of a
    category of costs.
    """
    found = f"regexp_extract_all({text}, {literal(_TAG)}"
    pairs = f"list_filter(list_zip({found}, 1), {found}, 2)), "
    pairs += f"lambda p: not regexp_matches(lower(p[1]), {literal(_BILLERS_OWN)}))"
    ranks = " ".join(
        f"when starts_with(lower(p[1]), '{source}/') then '{rank}'"
        for rank, source in enumerate(_TAG_SOURCES, start=1)
    )
    rank = f"case {ranks} else '{_TAG_SOURCES.index('resourcetags') + 1}' end"
    key, value = (
        f"coalesce(try(json_extract_string('\"' || p[{n}] || '\"', '$')), p[{n}])" for n in (1, 2)
    )
    bare = f"regexp_replace(lower({key}), {literal(_TAG_SOURCE)}, '')"
    key = rf"regexp_replace({bare}, '[^\pL\pN]+', '_', 'g')"
    tags = f"list_sort(list_transform({pairs}, lambda p: {rank} || {key} || ':' || {value}))"
    lines = f"list_transform(list_slice({tags}, 1, {_MAX_TEXTS}), lambda t: {_short('t[2:]')})"
    return f"nullif(array_to_string({lines}, chr(10)), '')"


def _short(text: str) -> str:
    """SQL for a text in one line that is not too long."""
    line = rf"trim(regexp_replace({text}, '\s+', ' ', 'g'))"
    # An address that the cut goes through would not be known for one any more.
    cut = f"regexp_replace(left({line}, {_MAX_TEXT_LENGTH}), '[^ ]*@[^ ]*$', '')"
    return f"case when length({line}) > {_MAX_TEXT_LENGTH} then {cut} else {line} end"


def _texts(text: str) -> str:
    """A JSON list of texts, or one text, as lines: at most 50 of at most 200 characters.

    What is no text in the list is left out; a line break within a text becomes a blank.
    """
    kept = f"list_filter(list_transform(found, lambda t: {_short('t')}), "
    kept += "lambda t: t != '' and t not like '{%' and t not like '[%')"
    found = (
        f"case when json_valid({text}) and json_type({text}) = 'ARRAY' "
        f"then json_extract_string({text}, '$[*]') else [{text}] end"
    )
    joined = f"array_to_string(list_slice({kept}, 1, {_MAX_TEXTS}), chr(10))"
    return f"nullif({joined.replace('found', found)}, '')"


def _duration(text: str, plain: str) -> str:
    """Whole milliseconds, half a one rounded up; a time that runs backwards is none."""
    exact = f"try_cast({text} as decimal(28, 9))"
    return (
        f"case when {text} is null then null "
        f"when {plain} between 0 and {_MAX_WHOLE} and cast({plain} as varchar) = {text} "
        f"then {plain} "
        f"when regexp_full_match({text}, {_NUMBER}) and {exact} >= 0 and {exact} <= {_MAX_WHOLE} "
        f"then cast(floor({exact} + 0.5) as bigint) end"
    )


def _whole(text: str, plain: str, limit: int) -> str:
    # A text that is the plain spelling of a bigint needs no closer look.
    number = f"try_cast({text} as double)"
    return (
        f"case when {text} is null then null "
        f"when cast({plain} as varchar) = {text} "
        f"then case when {plain} between -{limit} and {limit} then {plain} end "
        f"when regexp_full_match({text}, {_NUMBER}) and abs({number}) <= {limit} "
        f"and {number} = floor({number}) "
        f"and not regexp_full_match({text}, {_ONE_OR_A_THOUSAND}) then cast({number} as bigint) end"
    )


def _instant(text: str, form: str | None) -> str:
    decimal = _number(text, "decimal(28, 9)")
    # Whole division: a double has no room for the nanoseconds of this century.
    micros = {
        "epoch_s": f"floor({decimal} * 1000000)",
        "epoch_ms": f"floor({decimal} * 1000)",
        "epoch_ns": f"({_number(text, 'hugeint')}) // 1000",
    }
    micros["iso_or_epoch"] = (
        f"case when {decimal} < 100000000000 then {micros['epoch_s']} "
        f"when {decimal} < 100000000000000 then {micros['epoch_ms']} "
        f"when {decimal} < 100000000000000000 then floor({decimal}) "
        f"else {micros['epoch_ns']} end"
    )
    if form == "iso":
        return _iso(text)
    instant = f"try(make_timestamp(try_cast({micros[form]} as bigint)))"
    return f"coalesce({_iso(text)}, {instant})" if form == "iso_or_epoch" else instant


def _number(text: str, data_type: str) -> str:
    return (
        f"case when regexp_full_match({text}, {_NUMBER}) then try_cast({text} as {data_type}) end"
    )


def _iso(text: str) -> str:
    # Without a zone the text is UTC: the transforming connection has no other zone.
    short = f"regexp_replace({text}, '([Tt ][0-9]{{2}}:[0-9]{{2}})', '\\1:00')"
    # Only forms that say their zone: what a program prints for its own place may be hours away.
    spoken = f"regexp_replace({text}, ' [(].*[)]$', '')"
    return (
        f"case when regexp_full_match({text}, {_ISO}) then cast(coalesce("
        f"try_cast({text} as timestamptz), try_cast(replace({text}, ',', '.') as timestamptz), "
        f"try_cast({short} as timestamptz)) as timestamp) "
        f"when regexp_full_match({text}, {_COMPACT}) "
        f"then try_strptime({text}, '%Y%m%dT%H%M%SZ') "
        # letters sort behind numbers, which most other texts are
        f"when {text} > 'A' then coalesce(try_strptime({text}, '%a, %d %b %Y %H:%M:%S GMT'), "
        f"cast(try_strptime({spoken}, '%a %b %d %Y %H:%M:%S GMT%z') as timestamp)) end"
    )


def _date(text: str, form: str | None) -> str:
    """A date, or the UTC date of an instant; with `mdy` also as an American writes it."""
    usual = f"try_cast({text} as date), cast({_iso(text)} as date)"
    american = f", cast(try_strptime({text}, '%m/%d/%Y') as date)" if form == "mdy" else ""
    found = f"coalesce({usual}{american})"
    # 10/05/26 would be of the year 10
    return f"case when {found} >= '2000-01-01' and {found} < '2100-01-01' then {found} end"


# How the reader of CSV marks a text that it can read in more than one way, and what is said of it.
_OF_TWO_READINGS = "may be one or a thousand; write it without a mark of thousands"
_MARKED_FIGURES = {EITHER: _OF_TWO_READINGS}
_MARKED_DATES = {
    dates.EITHER: "may be day or month first; write it as year-month-day",
    dates.MONTH_ALONE: "is a month, where a day is needed; export it by day",
    dates.SHORT_YEAR: "has a year of two figures; write it as year-month-day",
}


def _marked(column: Column, text: str, otherwise: str) -> str:
    """SQL for what is said of a text that is marked, else another text."""
    if column.data_type == "bigint" or column.format == "decimal":
        marked = _MARKED_FIGURES
    elif column.data_type in ("date", "timestamp"):
        marked = _MARKED_DATES
    else:
        return otherwise
    whens = "".join(
        f"when starts_with({text}, {literal(mark)}) then {literal(f'{column.name} {said}')} "
        for mark, said in marked.items()
    )
    return f"case {whens}else {otherwise} end"


def _reason(table: Table, column: Column, text: str) -> str:
    """SQL for why a text is not what was declared: field and kind of the value, not the value."""
    name = column.name
    number = f"try_cast({text} as double)"
    is_number = f"regexp_full_match({text}, {_NUMBER})"
    fraction = f"when {is_number} and {number} != floor({number}) then 'a number with a fraction' "
    kind = (
        f"case when starts_with({text}, '{{') then 'an object' when {_nested(text)} then 'a list' "
        f"when lower({text}) in ('true', 'false') then 'true or false' "
        f"{fraction if column.data_type == 'bigint' else ''}"
        f"when {is_number} then 'a number' else 'a text' end"
    )
    wanted = {
        "bigint": "a whole number",
        "timestamp": "a plausible time",
        "boolean": "true or false",
        "date": "a date",
    }.get(column.data_type, "a text")
    if column.format in _COUNTS:
        wanted = "counts within their range"
    if column.format == "decimal":
        wanted = "a number"
    says = f"{literal(f'{name} is ')} || {kind} || {literal(f', not {wanted}')}"
    says = _marked(column, text, says)
    if column.data_type == "bigint":
        either = f"{name} {_OF_TWO_READINGS}"
        is_either = f"regexp_full_match({text}, {_ONE_OR_A_THOUSAND})"
        says = f"case when {is_either} then {literal(either)} else {says} end"
        too_large = f"{is_number} and abs({number}) > {_limit(table)}"
    elif column.format == "decimal":
        too_large = is_number
    else:
        return says
    return f"case when {too_large} then {literal(f'{name} is out of range')} else {says} end"
