"""The typing of a record's fields in SQL: text in, typed columns and the reason of a reject out.

Casts of DuckDB are too kind for evidence (`'1.5'` becomes 2, `'0x10'` becomes 16), so every
type states the texts it accepts. The usual text takes a short way; the rest is looked at.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from scripts.loading.paths import LineQuery, literal
from scripts.loading.sources import Column, Table

_NUMBER = literal(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_ISO = literal(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?( ?([Zz]|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?"
)
_MAX_WHOLE = 999_999_999_999
_USER_KEY_DIGITS = 32
_HMAC_BLOCK = 64
_RAW_TEXT_LENGTH = 2000


def line_sql(table: Table, key: bytes | None) -> str:
    """SQL over `lines(file_no, line_number, line)`; see `_typed_sql` for what comes out."""
    query = LineQuery([path for column in table.fields for path in column.paths], table.keep_empty)
    texts = [[query.expression(path) for path in column.paths] for column in table.fields]
    return _typed_sql(table, texts, query.sql, query.faults(), key)


def record_sql(table: Table, key: bytes | None) -> str:
    """SQL over `records(file_no, line_number, h0, h1, ...)`, a text per header of the table."""
    place = {header: f"cast(h{index} as varchar)" for index, header in enumerate(table.headers)}
    texts = [[place[header] for header in column.headers] for column in table.fields]
    relation = "select *, null::varchar as line_fault, null::varchar as line from records"
    return _typed_sql(table, texts, relation, [], key)


def user_hash(value: str, key: bytes) -> str:
    """The hash that stands for a user: 32 hex digits of HMAC-SHA256."""
    return hmac.new(key, value.encode(), sha256).hexdigest()[:_USER_KEY_DIGITS]


def _typed_sql(
    table: Table,
    texts: list[list[str]],
    relation: str,
    faults: list[tuple[str, str]],
    key: bytes | None,
) -> str:
    """One row per record: file_no, line_number, whole_line, reason, raw_text,
    unread_line, fields.

    `reason` is null for a record that is accepted; `whole_line` is true when the line, not one
    of its records, is at fault; `raw_text` holds the declared fields of a rejected record;
    `unread_line` is the text of a line that did not read as an object, for a second look.
    """
    fields = list(enumerate(table.fields))
    raw = ", ".join(f"{_text(column, texts[i])} as r{i}" for i, column in fields)
    fault = (
        "case "
        + " ".join(f"when {sql} then {literal(f'{name}: not valid JSON')}" for sql, name in faults)
        + " end"
        if faults
        else "null::varchar"
    )
    typed = ", ".join(f"{_value(column, f'r{i}', key)} as t{i}" for i, column in fields)
    shown = [i for i, column in fields if not column.hashed]
    pairs = ", ".join(f"{literal(table.fields[i].name)}, r{i}" for i in shown)
    checked = [i for i in shown if _checked(table.fields[i])]
    wrong = [f"(r{i} is not null and t{i} is null)" for i in checked]
    named = [
        f"case when r{i} is not null and t{i} is null then {_reason(table.fields[i], f'r{i}')} end"
        for i in checked
    ]
    for i, column in fields:
        if column.name == table.event_time:
            wrong.append(f"t{i} is null")
            named.append(literal(f"no event time ({column.name})"))
    bad = " or ".join(["line_fault is not null", "field_fault is not null", *wrong])
    why = ", ".join(["line_fault", "field_fault", *named, "null"])
    retry = f"case when line_fault = {literal(LineQuery.NOT_AN_OBJECT)} then line end"
    columns = ", ".join(f't{i} as "{column.name}"' for i, column in fields)
    return f"""
        select file_no, line_number,
            line_fault is not null as whole_line,
            case when bad then coalesce({why}) end as reason,
            case when bad then left(
                cast(json_merge_patch('{{}}', json_object({pairs})) as varchar), {_RAW_TEXT_LENGTH}
            ) end as raw_text,
            {retry} as unread_line,
            {columns}
        from (select *, ({bad}) as bad from (
            select *, {typed} from (
                select file_no, line_number, line, line_fault, {fault} as field_fault, {raw}
                from ({relation})
            )
        ))"""


def _checked(column: Column) -> bool:
    return column.data_type != "varchar" or column.format == "decimal"


def _text(column: Column, alternatives: list[str]) -> str:
    """The first alternative that is not blank, trimmed and without NUL, which no text type holds."""
    found = (
        "coalesce("
        + ", ".join(
            f"nullif(trim(replace({text}, chr(0), ''), e' \\t\\r\\n'), '')" for text in alternatives
        )
        + ", null)"
    )
    if column.data_type == "boolean":
        return f"case when lower({found}) in ('none', 'null') then null else {found} end"
    return found


def _value(column: Column, text: str, key: bytes | None) -> str:
    if column.hashed:
        return _hash(text, key)
    if column.data_type == "bigint":
        return _whole(text)
    if column.data_type == "boolean":
        return (
            f"case lower({text}) when 'true' then true when '1' then true "
            "when 'false' then false when '0' then false end"
        )
    if column.data_type == "timestamp":
        return _time(text, column.format)
    if column.data_type == "date":
        return f"try_cast({text} as date)"
    if column.format == "decimal":
        # The width of money in the models: a text that passes here can be cast there.
        return (
            f"case when regexp_full_match({text}, {_NUMBER}) "
            f"and try_cast({text} as decimal(30, 15)) is not null then {text} end"
        )
    return text


def _whole(text: str) -> str:
    # A text that is the plain spelling of a bigint needs no closer look.
    plain = f"try_cast({text} as bigint)"
    number = f"try_cast({text} as double)"
    return (
        f"case when {text} is null then null "
        f"when cast({plain} as varchar) = {text} "
        f"then case when {plain} between -{_MAX_WHOLE} and {_MAX_WHOLE} then {plain} end "
        f"when regexp_full_match({text}, {_NUMBER}) and abs({number}) <= {_MAX_WHOLE} "
        f"and {number} = floor({number}) then cast({number} as bigint) end"
    )


def _time(text: str, form: str | None) -> str:
    decimal = _number(text, "decimal(28, 9)")
    whole = _number(text, "hugeint")
    # Whole division: a double has no room for the nanoseconds of this century.
    micros = {
        "epoch_s": f"floor({decimal} * 1000000)",
        "epoch_ms": f"floor({decimal} * 1000)",
        "epoch_ns": f"({whole}) // 1000",
    }
    micros["iso_or_epoch"] = (
        f"case when {decimal} < 100000000000 then {micros['epoch_s']} "
        f"when {decimal} < 100000000000000 then {micros['epoch_ms']} "
        f"when {decimal} < 100000000000000000 then floor({decimal}) "
        f"else {micros['epoch_ns']} end"
    )
    if form == "iso":
        instant = _iso(text)
    else:
        instant = f"make_timestamp(try_cast({micros[form]} as bigint))"
        if form == "iso_or_epoch":
            instant = f"coalesce({_iso(text)}, {instant})"
    return (
        f"try(case when {instant} >= timestamp '2000-01-01' "
        f"and {instant} < timestamp '2100-01-01' then {instant} end)"
    )


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
    says = {
        "bigint": f"case when regexp_full_match({text}, {_NUMBER}) and abs({number}) > {_MAX_WHOLE} "
        "then ' is out of range' else ' is not a whole number' end",
        "varchar": f"case when regexp_full_match({text}, {_NUMBER}) then ' is out of range' "
        "else ' is not a number' end",
        "timestamp": "' is not a plausible time'",
        "boolean": "' is not true or false'",
        "date": "' is not a date'",
    }[column.data_type]
    return f"{name} || '''' || left({text}, 100) || '''' || {says}"
