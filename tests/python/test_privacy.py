"""A word that nobody may find: planted wherever people write, looked for in all that is kept.

Harm guarded against: a prompt, an answer, a header, an address or a user's name in the warehouse.
"""

import json
import re

import duckdb
import pytest

from scripts.loading.masking import mask, shown_names
from scripts.loading.sources import read_contract
from tests.python.formats import opened, records
from tests.python.project import ROOT, Project

CONTRACT = read_contract(ROOT / "models")
CANARY = "canary-7f3a91"
# Where the formats put what people wrote, what identifies them, and secrets of the wire.
PRIVATE = """
    messages message prompt prompts response responses completion content text input output
    input_messages output_messages body request_body response_body inputBodyJson payload
    headers authorization cookie x_api_key requester_ip_address client_ip remote_addr ip
    x-forwarded-for user_email email user_api_key_user_email error_message error_str traceback
    status_message scores asset_ids signed_body_url documents instructions system
"""
# Who used it: only a keyed hash of these may stay.
USERS = """
    user end_user end_user_id user_id request_user_id external_user user_api_key_user_id
    user_api_key_end_user_id enduser.id user.id _user
"""
# Counts by kind, where a word such as input names a number and not a text.
COUNTS = ("usage_details", "cost_details")


def planted(value):
    """The record with a canary under every private key, at every level, and as every user."""
    inner = opened(value)
    if isinstance(inner, list):
        result = [planted(child) for child in inner]
    elif isinstance(inner, dict):
        result = {
            key: child if key in COUNTS else _planted_under(key, child)
            for key, child in inner.items()
        }
        if result.get("key") in USERS.split():
            result["value"] = {"stringValue": CANARY}
        for key in PRIVATE.split():
            # What a format itself reads below such a key is kept and planted in its turn.
            if not isinstance(opened(result.get(key)), (dict, list)):
                result[key] = CANARY
    else:
        return value
    return json.dumps(result) if inner is not value else result


def _planted_under(key, child):
    return CANARY if key in USERS.split() and isinstance(child, str) else planted(child)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("privacy")
    landing = folder / "landing"
    for table, rows in records().items():
        (landing / table).mkdir(parents=True)
        lines = [json.dumps(planted(row)) for row in rows]
        # Lines that break off or are broken in two hold their text in the open.
        lines += [lines[0][: len(lines[0]) // 2], f'{{"messages": "{CANARY}', f"{CANARY} and more"]
        (landing / table / "planted.jsonl").write_text("\n".join(lines) + "\n")
    project = Project(folder, landing)
    project.nightly()
    return project


def test_the_canary_was_there_to_be_found(warehouse):
    for path in warehouse.landing.rglob("*.jsonl"):
        assert path.read_text().count(CANARY) > 20, path
    assert warehouse.value("select count(*) from marts.fct_priced_requests") > 20
    assert warehouse.value("select count(user_key) from marts.fct_priced_requests") > 5


@pytest.mark.parametrize(("table", "rows"), records().items(), ids=list(records()))
def test_a_line_that_breaks_off_anywhere_keeps_it_to_itself(table, rows):
    names = shown_names(CONTRACT.raw[table])
    line = json.dumps(planted(rows[0]))
    ends = [match.start() for match in re.finditer(r'[\\":]', line)]
    for cut in ends[:: len(ends) // 300 + 1] + [end + 1 for end in ends[:: len(ends) // 299 + 1]]:
        assert CANARY not in mask(line[:cut], names), line[cut - 100 : cut]


@pytest.mark.parametrize("broken", [
    '{"model": "gpt-4o", "messages" "canary-7f3a91"}',
    '{"model": "gpt-4o "canary-7f3a91" and", "canary-7f3a91"',
    '{"model" = "gpt-4o", messages: "canary-7f3a91", prompt: canary-7f3a91}',
])  # fmt: skip
def test_a_text_nobody_can_place_is_not_shown(broken):
    assert CANARY not in mask(broken, {"model": True})
    assert "gpt-4o" in mask('{"model": "gpt-4o", "messages" "x"', {"model": True})


def test_no_table_and_no_byte_of_the_warehouse_holds_it(warehouse):
    found = []
    with duckdb.connect(str(warehouse.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
        assert len(tables) > 60
        for schema, table in tables:
            rows = connection.execute(f'select * from "{schema}"."{table}"').fetchall()
            found += [(schema, table, row) for row in rows if CANARY in repr(row)]
    assert found == []
    assert CANARY.encode() not in warehouse.warehouse.read_bytes()
