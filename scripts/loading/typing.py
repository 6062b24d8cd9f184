"""The typing of a record's fields in SQL: text in, typed columns and the reason of a reject out.

Casts of DuckDB are too kind for evidence (`'1.5'` becomes 2, `'0x10'` becomes 16), so every
type states the texts it accepts. The usual text takes a short way; the rest is looked at.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from scripts.loading.paths import JsonPath, LineQuery, literal, pointer
from scripts.loading.sources import Column, Table

_NUMBER = literal(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_ISO = literal(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?( ?([Zz]|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?"
)
_MAX_WHOLE = 999_999_999_999
_COUNTS = {"counts": "OBJECT", "counts_list": "ARRAY"}
_USER_KEY_DIGITS = 32
_MAX_TEXTS, _MAX_TEXT_LENGTH = 50, 200
_HMAC_BLOCK = 64
_RAW_TEXT_LENGTH = 2000


def line_sql(table: Table, key: bytes | None, nul: bool) -> str:
    """SQL over `lines(file_no, line_number, line)`; see `_typed_sql` for what comes out.

    `nul` says that some text may hold a NUL character, which costs a look at every text.
    """
    query = LineQuery([path for column in table.fields for path in column.paths], table.keep_empty)
    texts = [[query.expression(path) for path in column.paths] for column in table.fields]
    faults = " ".join(
        f"when {sql} then {literal(f'{name}: not valid JSON')}" for sql, name in query.faults()
    )
    fault = f"case {faults} end" if faults else "null::varchar"
    return _typed_sql(table, _raw_sql(table, texts, nul, query.sql, fault), key)


def record_sql(table: Table, key: bytes | None, nul: bool) -> str:
    """SQL over `records(file_no, line_number, h0, h1, ...)`, a column per header of the table."""
    place = {header: f"cast(h{index} as varchar)" for index, header in enumerate(table.headers)}
    texts = [
        [_in_column(place[header], path) for header, path in _headed(column)]
        for column in table.fields
    ]
    relation = "select *, null::varchar as line_fault, null::varchar as line from records"
    return _typed_sql(table, _raw_sql(table, texts, nul, relation, "null::varchar"), key)


def _headed(column: Column) -> zip:
    return zip(column.headers, column.paths, strict=True)


def _in_column(text: str, path: JsonPath) -> str:
    """SQL for the text of a column, or for the value in its JSON where the path goes on."""
    if not path.documents:
        return text
    inside = (*(key for keys in path.documents[1:] for key in keys), *path.keys)
    return f"try(json_extract_string({text}, {literal(pointer(inside))}))"


def user_hash(value: str, key: bytes) -> str:
    """The hash that stands for a user: 32 hex digits of HMAC-SHA256."""
    return hmac.new(key, value.encode(), sha256).hexdigest()[:_USER_KEY_DIGITS]


def _raw_sql(
    table: Table, texts: list[list[str]], nul: bool, relation: str, field_fault: str
) -> str:
    """The text of every field as r0, r1, ..., beside the faults found so far."""
    raw = ", ".join(
        f"{_text(column, texts[i], nul)} as r{i}" for i, column in enumerate(table.fields)
    )
    return (
        "select file_no, line_number, line, line_fault, "
        f"{field_fault} as field_fault, {raw} from ({relation})"
    )


def _typed_sql(table: Table, raw_sql: str, key: bytes | None) -> str:
    """One row per record: its place, what is wrong with it, its fields.

    `reason` is null for a record that is accepted; `whole_line` is true when the line, not one
    of its records, is at fault; `raw_text` holds the declared fields of a rejected record;
    `unread_line` is the text of a line that did not read as an object, for a second look.
    """
    fields = list(enumerate(table.fields))
    # Values are parsed in a step of their own, because a later step names them several times.
    parsed = ", ".join(f"{_parsed(column, f'r{i}')} as p{i}" for i, column in fields)
    typed = ", ".join(f"{_value(column, f'r{i}', f'p{i}', key)} as t{i}" for i, column in fields)
    columns = ", ".join(f't{i} as "{column.name}"' for i, column in fields)
    pairs = ", ".join(f"{literal(column.name)}, r{i}" for i, column in fields if not column.hashed)
    tests, reasons = _tests(table)
    retry = f"case when line_fault = {literal(LineQuery.NOT_AN_OBJECT)} then line end"
    return f"""
        select file_no, line_number,
            line_fault is not null as whole_line,
            case when bad then coalesce({", ".join(reasons)}) end as reason,
            case when bad then left(
                cast(json_merge_patch('{{}}', json_object({pairs})) as varchar), {_RAW_TEXT_LENGTH}
            ) end as raw_text,
            {retry} as unread_line,
            {columns}
        from (select *, ({" or ".join(tests)}) as bad from (
            select *, {typed} from (select *, {parsed} from ({raw_sql}))
        ))"""


def _tests(table: Table) -> tuple[list[str], list[str]]:
    """SQL that is true for a bad record, and SQL for the reason, null where it does not apply."""
    tests = ["line_fault is not null", "field_fault is not null"]
    reasons = ["line_fault", "field_fault"]
    for i, column in enumerate(table.fields):
        if _checked(column):
            wrong = f"(r{i} is not null and t{i} is null)"
            tests.append(wrong)
            reasons.append(f"case when {wrong} then {_reason(column, f'r{i}')} end")
    for i, column in enumerate(table.fields):
        if column.name == table.event_time:
            tests.append(f"t{i} is null")
            reasons.append(literal(f"no event time ({column.name})"))
    return tests, reasons


def _checked(column: Column) -> bool:
    return column.data_type != "varchar" or column.format in ("decimal", *_COUNTS)


def _text(column: Column, alternatives: list[str], nul: bool) -> str:
    """The first alternative that is not blank, trimmed, without NUL, which no text type holds."""
    if nul:
        alternatives = [f"replace({text}, chr(0), '')" for text in alternatives]
    trimmed = [_trimmed(text) for text in alternatives]
    found = trimmed[0] if len(trimmed) == 1 else f"coalesce({', '.join(trimmed)})"
    if column.data_type == "boolean":
        return f"case when lower({found}) in ('none', 'null') then null else {found} end"
    return found


def _trimmed(text: str) -> str:
    # Trimming reads the whole text; the ends tell whether that is needed. Blank sorts before "!".
    ends = " or ".join(f"ends_with({text}, chr({code}))" for code in (9, 10, 13, 32))
    trimmed = f"nullif(trim({text}, e' \\t\\r\\n'), '')"
    return f"case when {text} < '!' or {ends} then {trimmed} else {text} end"


def _parsed(column: Column, text: str) -> str:
    if column.data_type == "bigint":
        return f"try_cast({text} as bigint)"
    if column.data_type == "timestamp":
        return _instant(text, column.format)
    return "null"


def _value(column: Column, text: str, parsed: str, key: bytes | None) -> str:
    if column.hashed:
        return _hash(text, key)
    if column.data_type == "bigint":
        return _whole(text, parsed)
    if column.data_type == "boolean":
        return (
            f"case lower({text}) when 'true' then true when '1' then true "
            "when 'false' then false when '0' then false end"
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
    if column.format == "decimal":
        # Less than the width of money in the models, so that a thousand such amounts can be summed.
        return (
            f"case when regexp_full_match({text}, {_NUMBER}) "
            f"and abs(try_cast({text} as decimal(30, 15))) <= {_MAX_WHOLE} then {text} end"
        )
    return text


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
    bare = text
    for pattern, by in steps:
        bare = f"regexp_replace({bare}, {literal(pattern)}, {literal(by)}, 'g')"
    odd = literal(r":-|:[0-9]+[.eE]|[0-9]{13,}")
    kept = f"replace(replace({bare}, chr(1), chr(34)), chr(2), chr(34))"
    sane = f" and not regexp_matches({bare}, {odd})" if kind == "ARRAY" else ""
    return (
        f"case when json_valid({text}) and json_type({text}) = {literal(kind)}{sane} "
        f"then {kept} end"
    )


def _texts(text: str) -> str:
    """A JSON list of texts, or one text, as lines: at most 50 of at most 200 characters.

    What is no text in the list is left out; a line break within a text becomes a blank.
    """
    lines = r"trim(regexp_replace(t, '\s+', ' ', 'g'))"
    kept = f"list_filter(list_transform(found, lambda t: left({lines}, {_MAX_TEXT_LENGTH})), "
    kept += "lambda t: t != '' and t not like '{%' and t not like '[%')"
    found = (
        f"case when json_valid({text}) and json_type({text}) = 'ARRAY' "
        f"then json_extract_string({text}, '$[*]') else [{text}] end"
    )
    joined = f"array_to_string(list_slice({kept}, 1, {_MAX_TEXTS}), chr(10))"
    return f"nullif({joined.replace('found', found)}, '')"


def _whole(text: str, plain: str) -> str:
    # A text that is the plain spelling of a bigint needs no closer look.
    number = f"try_cast({text} as double)"
    return (
        f"case when {text} is null then null "
        f"when cast({plain} as varchar) = {text} "
        f"then case when {plain} between -{_MAX_WHOLE} and {_MAX_WHOLE} then {plain} end "
        f"when regexp_full_match({text}, {_NUMBER}) and abs({number}) <= {_MAX_WHOLE} "
        f"and {number} = floor({number}) then cast({number} as bigint) end"
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
    return (
        f"case when regexp_full_match({text}, {_ISO}) then cast(coalesce("
        f"try_cast({text} as timestamptz), "
        f"try_cast(regexp_replace({text}, '([Tt ][0-9]{{2}}:[0-9]{{2}})', '\\1:00') "
        "as timestamptz)) as timestamp) end"
    )


def _date(text: str, form: str | None) -> str:
    """A date, or the UTC date of an instant; with `mdy` also as an American writes it."""
    usual = f"try_cast({text} as date), cast({_iso(text)} as date)"
    american = f", cast(try_strptime({text}, '%m/%d/%Y') as date)" if form == "mdy" else ""
    return f"coalesce({usual}{american})"


def _hash(text: str, key: bytes | None) -> str:
    """HMAC-SHA256 by its definition, so that it runs vectorised; tested against Python's."""
    if key is None:
        return "null::varchar"
    block = (sha256(key).digest() if len(key) > _HMAC_BLOCK else key).ljust(_HMAC_BLOCK, b"\0")
    inner = bytes(byte ^ 0x36 for byte in block).hex()
    outer = bytes(byte ^ 0x5C for byte in block).hex()
    return (
        f"left(sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode({text})))), "
        f"{_USER_KEY_DIGITS})"
    )


def _reason(column: Column, text: str) -> str:
    name = literal(f"{column.name}: ")
    number = f"try_cast({text} as double)"
    too_large = f"regexp_full_match({text}, {_NUMBER}) and abs({number}) > {_MAX_WHOLE}"
    says = {
        "bigint": f"case when {too_large} "
        "then ' is out of range' else ' is not a whole number' end",
        "varchar": "' does not hold counts'"
        if column.format in _COUNTS
        else f"case when regexp_full_match({text}, {_NUMBER}) then ' is out of range' "
        "else ' is not a number' end",
        "timestamp": "' is not a plausible time'",
        "boolean": "' is not true or false'",
        "date": "' is not a date'",
    }[column.data_type]
    return f"{name} || '''' || left({text}, 100) || '''' || {says}"
