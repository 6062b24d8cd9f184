"""A word that nobody may find: planted wherever people write, looked for in all that is kept.

Harm guarded against: a prompt, an answer, a header, an address or a user's name in the warehouse.
"""

import itertools
import json
import re
import zipfile

import duckdb
import pytest

from scripts.loading.masking import mask, shown_names
from scripts.loading.people import user_hash
from scripts.loading.sources import read_contract
from tests.python.formats import leaves, opened, records, replaced
from tests.python.project import ROOT, Project

pytestmark = pytest.mark.wide

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
# A person as ids name one, and the secrets of an address.
PEOPLE = (
    f"{CANARY}@example.com",
    f"key of {CANARY} <{CANARY}@example.com>",
    f"arn:aws:sts::1:assumed-role/AWSReservedSSO_Dev_0a1b/{CANARY}",
    f"arn:aws:sts::1:federated-user/{CANARY}@example.com",
    f"AROAABCDEFGHIJKLMNOP:{CANARY}",
    f"https://{CANARY}:secret@api.example.com/v1?key={CANARY}#{CANARY}",
)
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


def with_people(table, rows):
    """A record for every text in the first two and every field a flat record may have, with a
    person in its place; each form in turn, and in short records all of them.
    """
    forms = itertools.cycle(PEOPLE)
    for row in rows[:2]:
        texts = [path for path, value in leaves(row) if isinstance(value, str)]
        for path in texts * (len(PEOPLE) if len(texts) < 20 else 1):
            yield replaced(row, path, lambda _: next(forms))
    for header in CONTRACT.raw[table].headers:
        yield rows[0] | {header: next(forms)}


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
        people = [json.dumps(row) for row in with_people(table, rows)]
        (landing / table / "people.jsonl").write_text("\n".join(people) + "\n")
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


def test_nor_does_what_is_made_of_it(warehouse):
    """Logs, compiled SQL, report, workbook: by their bytes, unpacked where they are packed."""
    made = warehouse.warehouse.parent / "made"
    warehouse.ai_cost("report", "--out", str(made / "report"))
    warehouse.ai_cost("workbook", "--out", str(made / "review.xlsx"))
    files = [
        path
        for folder in (made, warehouse.target, warehouse.warehouse.parent / "logs")
        for path in folder.rglob("*")
        if path.is_file()
    ]
    assert len(files) > 20
    for path in files:
        assert CANARY.encode() not in path.read_bytes().lower(), path
    with zipfile.ZipFile(made / "review.xlsx") as book:
        for name in book.namelist():
            assert CANARY.encode() not in book.read(name).lower(), name


def texts_of_all_tables(project):
    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        for schema, table in connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall():
            yield (
                f"{schema}.{table}",
                repr(connection.execute(f'select * from "{schema}"."{table}"').fetchall()),
            )


def test_a_user_is_forgotten_as_the_page_says(warehouse):
    """The commands of docs/privacy.md, read from the page; figures and the ledger stay."""
    page = (ROOT / "docs" / "privacy.md").read_text()
    commands = re.search(r"## Forget one person.*?```sh\n(.*?)```", page, re.DOTALL).group(1)
    users = [CANARY, f"{CANARY}@example.com"]
    hashes = [user_hash(user, b"test-key") for user in users]
    money = "select sum(cost_usd), count(*), count(cost_usd) from marts.fct_priced_requests"
    before, ledger = warehouse.rows(money), warehouse.mart("fct_chargeback_ledger")
    held = [name for name, text in texts_of_all_tables(warehouse) if hashes[0] in text]
    assert "marts.fct_priced_requests" in held and any(name.startswith("raw.") for name in held)
    steps = {
        "make nightly": warehouse.nightly,
        "make report": lambda: None,
        "make workbook": lambda: None,
        "make publish": lambda: None,
    }
    done = []
    for line in commands.splitlines():
        command = line.partition("#")[0].strip()
        if command.startswith("ai-cost "):
            verb = command.split()[1]
            assert "Forgot" in warehouse.ai_cost(verb, *users)
        elif command and not command.startswith("export "):
            steps[command]()
        done.append(command)
    assert [each for each in done if each][1:] == [
        "ai-cost forget jane.doe@example.com",
        *steps,
    ]
    for name, text in texts_of_all_tables(warehouse):
        assert not any(each in text for each in hashes), name
    assert warehouse.rows(money) == before
    assert warehouse.mart("fct_chargeback_ledger") == ledger
