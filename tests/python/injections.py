"""Records with an attack in every string that a gateway passes on from its users."""

import json

from tests.python.formats import leaves, records, replaced

ATTACKS = (
    "x'; drop table marts.fct_spend_daily; --",
    '"; delete from raw.load_files; --',
    "see {{ env_var('AI_COST_USER_KEY') }}",
    "see {% do run_query('drop schema raw cascade') %}",
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A0",
    "@SUM(1+1)*2",
    "../../../../etc/passwd",
    "a\nb\r\nc\td",
    "%s %(x)s $1 $$ \\ \u202e",
    "line -- /* open",
)


def attacked() -> dict[str, list[str]]:
    """JSON lines by raw table: for each string of some records, a record with an attack there.

    The attacks take turns. The time that puts a record on a day is kept, or it would be rejected.
    """
    found: dict[str, list[str]] = {}
    number = 0
    for table, rows in records().items():
        for row in rows[:2]:
            for path, value in leaves(row):
                if not isinstance(value, str) or _is_time(value):
                    continue
                attack = ATTACKS[number % len(ATTACKS)]
                number += 1
                bent = replaced(row, path, lambda _, attack=attack: attack)
                found.setdefault(table, []).append(json.dumps(bent))
    return found


def _is_time(value: str) -> bool:
    return value[:2] == "20" or value.isdigit()
