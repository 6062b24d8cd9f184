"""A closed month is signed by who approved it, and a forged signature is named.

Harm guarded against: manifest and seed changed together, so that every hash fits again; a signature
by somebody else, by another's key, by a key that was added later or that had run out, and one that
a policy asks for and nobody gave.
"""

import csv
import shutil
from dataclasses import asdict, replace
from datetime import datetime

import duckdb
import pytest

from scripts.accounting import signatures, verify
from scripts.accounting.checks import earlier_months
from scripts.accounting.manifest import hashed
from scripts.accounting.periods import read_periods
from scripts.accounting.posting import DOCUMENTS, manifest_of, post
from scripts.cli import main
from tests.python.posted_month import OCTOBER, closed_month, definitions
from tests.python.test_forgeries import settings, write_seed

KEYS, LIMITS = "person,public_key,valid_from,valid_to,note\n", (
    "limit_name,limit_value,valid_from,valid_to,note\n"
)  # fmt: skip
AT = "2026-11-04T10:00:00"
NOVEMBER = OCTOBER.replace(month=11)


class Signed:
    """A closed month whose documents name keys, with what the tests change of it."""

    def __init__(self, folder, monkeypatch, capsys):
        self.folder, self._patch, self._capsys = folder, monkeypatch, capsys
        self.keys = {name: signatures.new_key() for name in ("Ann", "Bob", "Cy", "late")}

    def close(self, limits: str = "", keys: str | None = None) -> None:
        """Post the month with these limits and keys."""
        rows = "".join(
            f"{name},{self.keys[name][1]},2026-01-01,2027-01-01,\n" for name in ("Ann", "Bob", "Cy")
        )
        rows = rows if keys is None else keys
        texts = {"seeds/signing_keys.csv": (KEYS + rows).encode(),
                 "seeds/close_limits.csv": (LIMITS + limits).encode()}  # fmt: skip
        period, _, month = closed_month(more=texts)
        post({OCTOBER: month})
        write_seed(self.folder, asdict(period))
        self.write("signing_keys", KEYS + rows)

    def write(self, seed: str, text: str) -> None:
        (self.folder / f"own/policy/{seed}.csv").write_text(text)

    def rows(self) -> list[dict[str, str]]:
        with (self.folder / "own/policy/close_signatures.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def forge(self, **changed: str) -> None:
        rows = [row | changed for row in self.rows()]
        lines = "".join(",".join(row.values()) + "\n" for row in rows)
        self.write("close_signatures", ",".join(signatures.HEADER) + "\n" + lines)

    def sign(self, person: str, key: str, at: str = AT) -> tuple[int, str]:
        self._patch.setenv(signatures.KEY_VARIABLE, self.keys[key][0])
        return self.said("close", "sign", "2026-10", "--person", person, "--signed-at", at)

    def said(self, *arguments: str) -> tuple[int, str]:
        """Exit code, and what was complained of; the private key is in none of it."""
        self._capsys.readouterr()
        code = main(list(arguments))
        shown = self._capsys.readouterr()
        assert not any(private in shown.out + shown.err for private, _ in self.keys.values())
        return code, shown.err


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A warehouse with the ledger's tables."""
    folder = tmp_path_factory.mktemp("signed")
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        connection.execute(";".join(definitions()))
    return folder


@pytest.fixture
def month(empty, tmp_path, monkeypatch, capsys):
    folder = shutil.copytree(empty, tmp_path / "month")
    settings(monkeypatch, folder)
    (folder / "own/policy").mkdir(parents=True)
    monkeypatch.chdir(folder)  # nothing was exported here
    return Signed(folder, monkeypatch, capsys)


def test_a_signed_month_passes_and_each_signs_once(month):
    month.close("required_signatures,2,,,\n")
    assert month.sign(" bob ", "Bob") == (0, "")
    assert month.sign("Ann", "Ann", "2026-11-05T10:00:00") == (0, "")
    assert [(row["person"], row["signed_at"]) for row in month.rows()] == [
        ("bob", "2026-11-04 10:00:00"), ("Ann", "2026-11-05 10:00:00")
    ]  # fmt: skip
    assert month.said("close", "verify") == (0, "")
    code, said = month.sign("BOB", "Bob")
    assert code == 1 and "BOB has signed 2026-10 at 2026-11-04 10:00:00" in said


@pytest.mark.parametrize(
    ("asked", "names"),
    [("1", ["Bob, who approved it"]), ("2", ["Bob, who approved it", "Ann, who prepared it"]),
     ("0", [])],
)  # fmt: skip
def test_a_signature_that_the_limits_of_the_close_ask_for_is_named(asked, names, month):
    month.close(f"required_signatures,{asked},,,\n")
    # what is written there later asks for nothing, and takes nothing back
    month.write("close_limits", LIMITS + f"required_signatures,{2 - int(asked)},,,\n")
    code, said = month.said("close", "verify")
    assert code == (1 if names else 0)
    assert [line.partition(", is missing: ")[0] for line in said.splitlines()] == [
        f"2026-10-01: the signature of {name}" for name in names
    ]
    assert verify.said_of_ledger() == []
    assert earlier_months(NOVEMBER, read_periods()) == said.splitlines()
    assert earlier_months(OCTOBER, read_periods()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"signature": "A" * 86 + "=="}, "is not of what was approved"),
        ({"signature": "no"}, "is not of what was approved"),
        ({"signature": ""}, "is not of what was approved"),
        ({"person": "Ann"}, "has a key that signing_keys.csv did not name as theirs at the close"),
        ({"person": "Eve"}, "is of nobody who prepared or approved the month"),
        ({"person": "BOB"}, "is not of what was approved"),
        ({"signed_at": "2026-11-05 10:00:00"}, "is not of what was approved"),
        ({"signed_at": "soon"}, "has no time: 'soon'"),
        ({"signed_at": "2026-11-03 08:59:59"}, "is of 2026-11-03 08:59:59, before the close of"),
        ({"signed_at": "2027-01-01 00:00:00"}, "has a key that did not hold on 2027-01-01"),
        ({"period_start": "2026-09-01"}, "is of a month that is not closed"),
    ],
)
def test_a_forged_signature_is_named_and_the_next_build_names_it(changed, said, month):
    month.close()
    assert month.sign("Bob", "Bob") == (0, "")
    month.forge(**changed)
    code, found = month.said("close", "verify")
    assert code == 1 and said in found and len(found.splitlines()) == 1
    assert verify.said_of_ledger() == [found.strip()]


def test_a_manifest_changed_after_signing_is_named_though_every_hash_fits(month):
    month.close()
    assert month.sign("Bob", "Bob") == (0, "")
    period = read_periods()[0]
    with duckdb.connect("w.duckdb") as connection:
        connection.execute(
            f"update ledger.{DOCUMENTS} set content = replace(content, '-3', '-2') "
            "where document_name = 'manifest.csv'"
        )
    forged = replace(period, posted_usd="-2", ledger_hash=hashed("", manifest_of(OCTOBER)))
    write_seed(month.folder, asdict(forged))
    assert verify.broken_links([forged]) == []
    assert month.said("close", "verify") == (
        1, "2026-10-01: the signature of 'Bob' is not of what was approved\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("person", "key", "said"),
    [
        ("Bob", "Cy", "has a key that signing_keys.csv did not name as theirs at the close"),
        ("Cy", "Cy", "is of nobody who prepared or approved the month"),
        ("Bob", "late", "has a key that signing_keys.csv did not name as theirs at the close"),
    ],
)
def test_nobody_signs_for_somebody_else_or_with_a_key_of_later(person, key, said, month):
    month.close()
    with (month.folder / "own/policy/signing_keys.csv").open("a") as file:
        file.write(f"Bob,{month.keys['late'][1]},2026-01-01,,\n")
    code, found = month.sign(person, key)
    assert code == 1 and said in found
    assert not (month.folder / "own/policy/close_signatures.csv").exists()


def test_a_key_that_is_taken_back_signs_nothing(month):
    month.close()
    assert month.sign("Bob", "Bob") == (0, "")
    month.write("signing_keys", KEYS + f"Bob,{month.keys['Bob'][1]},2026-01-01,2026-11-01,\n")
    assert "did not hold on 2026-11-04" in month.said("close", "verify")[1]
    month.write("signing_keys", KEYS)
    assert "did not name as theirs" in month.said("close", "verify")[1]


@pytest.mark.parametrize("key", ["", "not a key", "QUJD"])
def test_a_key_that_is_none_is_said_and_not_shown(key, month):
    month.close()
    month._patch.setenv(signatures.KEY_VARIABLE, key)
    code, said = month.said("close", "sign", "2026-10", "--person", "Bob")
    assert code == 2 and signatures.KEY_VARIABLE in said
    assert not key or key not in said


def test_an_open_or_broken_month_is_not_signed(month):
    month.close()
    month._patch.setenv(signatures.KEY_VARIABLE, month.keys["Bob"][0])
    code, said = month.said("close", "sign", "2026-11", "--person", "Bob")
    assert code == 1 and "2026-11 is not closed" in said
    with duckdb.connect("w.duckdb") as connection:
        connection.execute("delete from ledger.posted_statements")
    code, said = month.sign("Bob", "Bob")
    assert code == 1 and "statements.csv was approved and is missing" in said


def test_a_new_key_signs_what_its_row_is_registered_for(month, capsys, monkeypatch):
    assert main(["close", "key", "Bob, B."]) == 0
    shown = capsys.readouterr()
    name, _, private = shown.out.strip().partition("=")
    row = shown.err.splitlines()[-1].removeprefix("row of signing_keys.csv: ")
    assert name == signatures.KEY_VARIABLE and private not in shown.err
    ((person, public, valid_from, *_),) = csv.reader([row])
    assert person == "Bob, B." and datetime.fromisoformat(valid_from)
    monkeypatch.setenv(name, private)
    month.keys["Bob"] = (private, public)
    month.close()
    assert month.sign("Bob", "Bob") == (0, "")
    assert month.said("close", "verify") == (0, "")
