"""Forget a person: take the hash that stands for them out of everything that was loaded.

The hash is made again from the key and taken out of the rows that hold it; the days concerned are
marked, so that the next night makes their figures again, which stay the same. What to do besides:
docs/privacy.md.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from scripts.loading.paths import literal, quoted
from scripts.loading.people import HIDDEN, user_hash
from scripts.loading.run import KEY_VARIABLE, MODELS
from scripts.loading.sources import RAW_SCHEMA, Table, read_contract
from scripts.loading.typing import may_name_people
from scripts.operations.archive import check_nothing_is_archived
from scripts.operations.lock import only_writer
from scripts.operations.roles import owner_of
from scripts.operations.transactions import transaction
from scripts.warehouse import WarehouseError, target, warehouse_file

# Runs a statement; the rows of a query.
Execute = Callable[[str], list[tuple]]


def run(users: list[str], wait_s: float) -> int:
    """Forget, and say what was found; 1 when nothing was."""
    key = os.environ.get(KEY_VARIABLE, "").encode()
    if not key:
        raise WarehouseError(f"set {KEY_VARIABLE} to the key the logs were loaded with")
    with (
        only_writer(target(), warehouse_file(), wait_s),
        owner_of(RAW_SCHEMA, target()),
        transaction() as execute,
    ):
        check_nothing_is_archived(execute, "`ai-cost forget`")
        records, days = forget(execute, [user_hash(user, key) for user in users])
    print(f"Forgot {records:,} records on {days:,} days.")
    if not records:
        print("Nothing was found: is it the key and the spelling they were loaded with?")
        return 1
    print("Now `make nightly`, then make the report, the workbook and the published copy again.")
    return 0


def forget(execute: Execute, hashes: list[str]) -> tuple[int, int]:
    """Take the hashes out of all raw tables; how many records, and days of a table, had them."""
    present = set(
        execute(
            "select table_name, column_name from information_schema.columns "
            f"where table_schema = '{RAW_SCHEMA}'"
        )
    )
    now = datetime.now(UTC)
    records = days = 0
    for table in read_contract(MODELS).raw.values():
        held = _where_held(table, present, hashes)
        if not held:
            continue
        day = f"cast({quoted(table.event_time)} as date)"
        name = f"{RAW_SCHEMA}.{quoted(table.name)}"
        found = execute(
            f"select {day}, count(*) from {name} where {' or '.join(held.values())} group by 1"
        )
        if not found:
            continue
        changes = ", ".join(_change(table, column, hashes) for column in held)
        execute(f"update {name} set {changes} where {' or '.join(held.values())}")
        # A load of no records on that day: what is built by days looks there for what changed.
        batch = f"forgotten-{secrets.token_hex(8)}"
        at = f"timestamp '{now:%Y-%m-%d %H:%M:%S}'"
        for date, _ in found:
            execute(
                f"insert into {RAW_SCHEMA}.load_days "
                "(batch_id, raw_table, event_date, record_count, loaded_at) values "
                f"('{batch}', '{table.name}', date '{date}', 0, {at})"
            )
        records += sum(count for _, count in found)
        days += len(found)
    return records, days


def _where_held(table: Table, present: set, hashes: list[str]) -> dict[str, str]:
    """For each column that may hold a user, the condition that it holds one of these."""
    held = {}
    for column in table.fields:
        if (table.name, column.name) not in present:
            continue
        name = quoted(column.name)
        if column.hashed:
            held[column.name] = f"{name} in ({', '.join(map(literal, hashes))})"
        elif may_name_people(column) and not column.posted:
            held[column.name] = " or ".join(f"{name} like '%{each}%'" for each in hashes)
    return held


def _change(table: Table, name: str, hashes: list[str]) -> str:
    """The column without the hashes: null where it is the user, a mark within an id."""
    hashed = next(column.hashed for column in table.fields if column.name == name)
    value = quoted(name)
    for each in hashes:
        value = (
            f"nullif({value}, '{each}')" if hashed else f"replace({value}, '{each}', '{HIDDEN}')"
        )
    return f"{quoted(name)} = {value}"
