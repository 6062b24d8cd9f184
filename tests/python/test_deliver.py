"""The statement of a team reaches its people, once, and says what was charged.

Harm guarded against: a month that nobody sees until it is booked; a team that nobody is told of; a
statement that differs from the ledger; the same message twice, or none after a failure; a name that
becomes a line in the head of a message or markup in it; a password in clear.
"""

import asyncio
import email
import io
import json
import threading
from contextlib import closing
from datetime import date
from decimal import Decimal
from email.policy import default

import duckdb
import psycopg2
import pypdf
import pytest

from scripts.cli import main
from scripts.delivery.memory import Memory
from scripts.operations.cadence import due
from scripts.reporting.tables import usd
from scripts.reporting.teams import page_name
from tests.python import mart_tables
from tests.python.documents import ROOT
from tests.python.report_cases import ODD_NAMES

JULY, AUGUST, SEPTEMBER = (date(2026, month, 1) for month in (7, 8, 9))
PEOPLE = [
    ("search", "lead", "Bo Lindqvist", "bo@example.com", None, None),
    ("search", "manager", "Petra Silva", "petra@example.com", None, "2026-09-30"),
    ("search", "manager", "Leif Berg", "leif@example.com", "2026-09-30", None),
    ("search", "director", "Ines Correia", "ines@example.com", None, None),
    ("growth", "lead", "Carla Mendes", "carla@example.com", None, None),
    ("growth", "director", "Ines Correia", "Ines@example.com", None, None),
    ("*", "finance", "", "finance@example.com", None, None),
]
SEED = (
    "create table seeds.statement_recipients (team_id varchar, role varchar, name varchar, "
    "email_address varchar, valid_from date, valid_to date)"
)
MONEY = ("direct_usd", "shared_usd", "credits_usd", "adjustments_usd", "total_usd")


def statement(month, team, amounts, status, plan="500", **more):
    found = dict(zip(MONEY, map(Decimal, amounts), strict=False))
    return {
        "posting_period": month, "team_id": team, "cost_center_id": "cc-1",
        "period_status": status, "charge_mode": "chargeback", **found,
        "total_usd": sum(found.values()), "accrued_usd": Decimal(0),
        "budget_usd": plan and Decimal(plan), "statement_currency": "USD",
    } | more  # fmt: skip


def line(month, team, component, amount, attempts=0, **more):
    return {
        "posting_period": month, "usage_period": month, "team_id": team, "cost_center_id": "cc-1",
        "component": component, "reason": "none", "pool_id": "none", "service_name": "(none)",
        "feature": "(none)", "provider": "openai", "billed_model": "(none)",
        "attempt_count": attempts, "amount_usd": Decimal(amount),
    } | more  # fmt: skip


def use(month, team, amount, attempts, service="api", feature="chat", model="gpt-5.4", **more):
    return line(
        month, team, "direct", amount, attempts, service_name=service, feature=feature,
        billed_model=model, **more,
    )  # fmt: skip


def marts():
    """Search has all parts and two closed months; growth rose from nothing; nobody has `lost`."""
    return {
        "dim_teams": [
            {"team_id": "search", "team_name": "Search & <b>Find</b>", "team_lead": "Bo",
             "valid_from": date(2024, 1, 1), "valid_to": date(2999, 1, 1)},
        ],
        "fct_chargeback_statements": [
            statement(AUGUST, "search", ["300", "20", "-5", "0"], "closed"),
            statement(SEPTEMBER, "search", ["540.44", "30.01", "-4.50", "-11.13"], "closed"),
            statement(SEPTEMBER, "growth", ["45.13", "0", "0", "0"], "closed", plan=None),
            statement(SEPTEMBER, "lost", ["1.00", "0", "0", "0"], "closed", plan=None),
        ],
        "fct_chargeback_statement_lines": [
            use(AUGUST, "search", "300", 1000),
            line(AUGUST, "search", "shared", "20", pool_id="gateway"),
            line(AUGUST, "search", "credit", "-5", pool_id="promo"),
            use(SEPTEMBER, "search", "400.40", 1200),
            use(SEPTEMBER, "search", "140.04", 10, "batch", "index", "claude-haiku-4-5"),
            line(SEPTEMBER, "search", "shared_accrued", "30.01", pool_id="gateway"),
            line(SEPTEMBER, "search", "credit", "-4.50", pool_id="promo"),
            line(SEPTEMBER, "search", "adjustment", "-11.13", reason="late_arrival",
                 usage_period=AUGUST),
            use(SEPTEMBER, "growth", "45.13", 7),
            use(SEPTEMBER, "lost", "1.00", 1),
        ],
        "fct_unpriced_usage_daily": [
            {"usage_date": date(2026, 9, 4), "team_id": "search", "provider": "mistral",
             "model_name": "house-default", "price_status": "unpriced_no_rate",
             "attempt_count": 196, "missing_row": "extra_model_aliases.csv: mistral,..."},
        ],
        "fct_attribution_coverage_daily": [
            {"usage_date": date(2026, 9, 4), "service_name": "api",
             "unattributed_cost_usd": Decimal("3.25")},
            {"usage_date": date(2026, 9, 5), "service_name": "other",
             "unattributed_cost_usd": Decimal("4")},
        ],
    }  # fmt: skip


def make(file, rows=None, people=PEOPLE):
    """A warehouse of marts, the seed, and a build that passed."""
    file.unlink(missing_ok=True)
    mart_tables.make(file, rows or marts())
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema seeds")
        connection.execute(SEED)
        if people:
            connection.executemany(
                "insert into seeds.statement_recipients values (?, ?, ?, ?, ?, ?)", people
            )
        connection.execute("create schema ops")
        connection.execute(
            "create table ops.build_events as select 'b' as invocation_id, 'finished' as event, "
            "'passed' as status, true as is_whole, timestamp '2026-10-06 01:00:00' as happened_at"
        )
    return file


class Server:
    """An SMTP server that keeps what it gets and refuses whom it is told to."""

    def __init__(self):
        self.got: list[tuple[str, bytes]] = []
        self.refuse: set[str] = set()
        self.drop_after: int | None = None
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()

        def serve():
            asyncio.set_event_loop(self._loop)
            start = asyncio.start_server(self._talk, "127.0.0.1", 0)
            self._server = self._loop.run_until_complete(start)
            self.port = self._server.sockets[0].getsockname()[1]
            ready.set()
            self._loop.run_forever()

        threading.Thread(target=serve, daemon=True).start()
        assert ready.wait(10)

    def to(self) -> list[str]:
        return [address for address, _ in self.got]

    def message(self, address: str):
        (found,) = [message for to, message in self.got if to == address]
        return email.message_from_bytes(found, policy=default)

    def stop(self):
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _talk(self, reader, writer):
        def say(text):
            writer.write(f"{text}\r\n".encode())

        say("220 here")
        address = ""
        while command := await reader.readline():
            word = command.decode().strip()
            match word[:4].upper():
                case "EHLO":
                    say("250 8BITMIME")
                case "RCPT":
                    address = word.partition("<")[2].rstrip(">")
                    say("550 no such person" if address in self.refuse else "250 fine")
                case "DATA":
                    say("354 go on")
                    body = b""
                    while (row := await reader.readline()) != b".\r\n":
                        body += row.removeprefix(b".") if row.startswith(b"..") else row
                    self.got.append((address, body))
                    say("250 taken")
                    if self.drop_after is not None and len(self.got) >= self.drop_after:
                        self._server.close()
                        writer.close()
                        return
                case "QUIT":
                    say("221 bye")
                    writer.close()
                    return
                case _:
                    say("250 fine")
            await writer.drain()


@pytest.fixture
def server(monkeypatch):
    found = Server()
    monkeypatch.setenv("AI_COST_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("AI_COST_SMTP_PORT", str(found.port))
    monkeypatch.setenv("AI_COST_SMTP_ENCRYPTION", "none")
    monkeypatch.setenv("AI_COST_SMTP_SENDER", "costs@example.com")
    yield found
    found.stop()


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A folder with a warehouse, whose commands run at one instant."""
    for name in ("HOST", "PORT", "ENCRYPTION", "SENDER", "USER", "PASSWORD"):
        monkeypatch.delenv(f"AI_COST_SMTP_{name}", raising=False)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(make(tmp_path / "w.duckdb")))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_NOW", "2026-10-06T12:00:00Z")
    monkeypatch.setenv("AI_COST_REPORT_URL", "https://reports.example/ai/")
    return tmp_path


def deliver(house, *more) -> int:
    folders = ["--out", str(house / "out"), "--sent", str(house / "sent.jsonl")]
    return main(["deliver", *more, *folders])


def stem(team: str) -> str:
    return page_name(team).removeprefix("teams/").removesuffix(".html")


def paper(house, team, period="2026-09") -> str:
    file = house / "out" / period / f"{stem(team)}.pdf"
    return read_pdf(file.read_bytes())


def read_pdf(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    # pypdf takes letters of two bytes for two letters where the font has one beyond them
    text = "\n".join(page.extract_text() for page in pages).replace("\x00", "")
    return " ".join(text.split())


def parts(message) -> dict[str, str | bytes]:
    return {
        part.get_content_type(): part.get_content()
        for part in message.walk()
        if not part.is_multipart()
    }


EVERYBODY = {
    "bo@example.com": ["search"],
    "carla@example.com": ["growth"],
    "finance@example.com": ["growth", "lost", "search"],
    "leif@example.com": ["search"],
}


def test_by_default_files_are_written_and_nothing_leaves(house, server, capsys):
    """The team that nobody is told of is named, and ends the command with 1."""
    assert deliver(house) == 1
    said = capsys.readouterr()
    rows = [row.split() for row in said.out.splitlines()]
    for address, teams in EVERYBODY.items():
        assert sorted(row[0] for row in rows if f"<{address}>" in row) == teams
    assert "6 to send, 0 sent before" in said.out
    assert "petra" not in said.out and "ines" not in said.out
    assert "lost has a statement and nobody of its own" in said.err
    assert "554.82" in said.out and "final" in said.out
    files = sorted(file.name for file in (house / "out" / "2026-09").iterdir())
    assert sum(name.endswith(".pdf") for name in files) == 3
    assert sum(name.endswith(".eml") for name in files) == 6
    assert server.got == [] and not (house / "sent.jsonl").exists()


def test_a_team_with_no_row_at_all_still_has_its_paper(house, capsys):
    make(house / "w.duckdb", people=[])
    assert deliver(house) == 1
    said = capsys.readouterr()
    assert said.err.count("nobody of its own") == 3 and said.out.count("nobody named") == 3
    assert len(list((house / "out" / "2026-09").iterdir())) == 3


def test_each_statement_is_sent_once_to_each_person(house, server, capsys):
    make(house / "w.duckdb", people=[*PEOPLE, ("lost", "lead", "L", "l@example.com", None, None)])
    assert deliver(house, "2026-09", "--send") == 0
    capsys.readouterr()
    assert deliver(house, "2026-09", "--send") == 0
    assert capsys.readouterr().out.count("sent before") == 7
    assert sorted(server.to()) == sorted(
        [a for a, teams in EVERYBODY.items() for _ in teams] + ["l@example.com"]
    )
    message = server.message("bo@example.com")
    assert message["From"] == "costs@example.com"
    assert message["To"] == "Bo Lindqvist <bo@example.com>"
    assert message["Subject"] == "AI cost of September 2026, Search & <b>Find</b>: USD 554.82"
    found = parts(message)
    assert set(found) == {"text/plain", "text/html", "application/pdf"}
    assert "<b>" not in found["text/html"] and "&lt;b&gt;Find" in found["text/html"]
    assert "\ufffd" not in found["text/plain"]
    assert "USD 554.82" in found["text/plain"] and "late arrival, for August" in found["text/plain"]
    assert (
        found["application/pdf"]
        == (house / "out" / "2026-09" / f"{stem('search')}.pdf").read_bytes()
    )
    written = [file.read_bytes() for file in (house / "out" / "2026-09").glob("*.eml")]
    assert all(sent in written for _, sent in server.got)


def test_what_was_refused_is_sent_the_next_time_and_nothing_else(house, server, capsys):
    server.refuse = {"carla@example.com"}
    assert deliver(house, "--send") == 1
    said = capsys.readouterr()
    assert "growth to carla@example.com was refused: 550 no such person" in said.err
    assert "sent 5, refused 1" in said.out
    # A crash in the middle of a line of the memory.
    with (house / "sent.jsonl").open("a") as memory:
        memory.write('{"document": "2026-09 growth", "ver')
    server.refuse, before = set(), len(server.got)
    assert deliver(house, "--send") == 1
    assert server.to()[before:] == ["carla@example.com"]
    assert deliver(house, "--send") == 1
    assert len(server.got) == before + 1


def test_a_run_knows_what_another_one_sent_while_it_waited(tmp_path):
    """Both have made their messages before either sends one."""
    one, other = Memory(tmp_path / "sent.jsonl"), Memory(tmp_path / "sent.jsonl")
    message = ("2026-09 growth", "v1", "carla@example.com")
    with one.open() as remember:
        remember(*message)
        remember("2026-09 growth", "v2", "Carla@example.com")
    assert not other.has(*message)
    with other.open():
        assert not other.has(*message) and other.has("2026-09 growth", "v2", message[2])
        assert other.replaced("2026-09 growth", "v2", message[2]).version == "v1"
        assert other.replaced(*message).version == "v2"


def test_a_server_that_goes_away_is_not_waited_for_again_and_again(house, server, capsys):
    server.drop_after = 2
    assert deliver(house, "--send") == 1
    said = capsys.readouterr()
    assert "is gone" in said.err and "sent 2, refused 4" in said.out
    assert len((house / "sent.jsonl").read_text().splitlines()) == len(server.got) == 2


def test_a_changed_open_month_is_another_version_and_says_so(house, server, monkeypatch):
    def september(amount):
        rows = marts()
        for row in rows["fct_chargeback_statements"]:
            if row["posting_period"] == SEPTEMBER:
                row["period_status"] = "open"
        growth = rows["fct_chargeback_statements"][2]
        growth["direct_usd"] = growth["total_usd"] = Decimal(amount)
        rows["fct_chargeback_statement_lines"][8]["amount_usd"] = Decimal(amount)
        return rows

    alone = ("2026-09", "--team", "growth", "--send")
    make(house / "w.duckdb", september("45.13"))
    assert deliver(house, *alone) == 0
    first = server.message("carla@example.com")
    assert first["Subject"].startswith("Provisional: AI cost of September 2026, growth")
    assert "Provisional: the month is open" in parts(first)["text/plain"]
    make(house / "w.duckdb", september("46.13"))
    assert deliver(house, *alone) == 0
    server.got, later = server.got[2:], server.got
    again = server.message("carla@example.com")
    assert again["Subject"].startswith("New version: Provisional: ")
    version = json.loads((house / "sent.jsonl").read_text().splitlines()[0])["version"]
    for kind in ("text/plain", "text/html"):
        assert f"takes the place of version {version}, sent " in parts(again)[kind]
    assert again["Message-ID"] != first["Message-ID"]
    # back to what it was: who has the other figures is told, in a message of its own
    make(house / "w.duckdb", september("45.13"))
    assert deliver(house, *alone) == 0
    assert len(server.got) == 4 and len({b for _, b in later} & {b for _, b in server.got}) == 2
    # the close alone is news too: what was provisional is final
    make(house / "w.duckdb")
    assert deliver(house, *alone) == 0
    assert len(server.got) == 6
    assert email.message_from_bytes(server.got[-1][1], policy=default)["Subject"].startswith(
        "New version: AI cost"
    )


def test_the_paper_says_what_was_charged_and_why_it_changed(house):
    assert deliver(house, "--team", "search") == 0
    text = paper(house, "search")
    said = (
        "Search & <b>Find</b>: AI cost of September 2026",
        "Final: the month is closed",
        "USD 554.82 booked",
        "+239.82 76.1 %",  # on 315.00
        "111.0 % charged; USD 54.82 over it",
        "cc-1 540.44 30.01 −4.50 −11.13 554.82",
        # 200 more attempts at 0.30 each, the rest by their cost
        "Usage api / chat / gpt-5.4 400.40 300.00 +100.40 +60.00 +40.40",
        "Usage batch / index / claude- haiku-4-5 140.04 0.00 +140.04 +140.04 0.00",
        "Shared cost gateway 30.01 20.00 +10.01",
        "Credit promo −4.50 −5.00 +0.50",
        "Adjustment late arrival, for August 2026 −11.13 0.00 −11.13",
        "Total 554.82 315.00 +239.82",
        "api 400.40 74.1 %",
        "196 attempts of the month without a price",
        "house-default mistral unpriced no rate 196",
        "USD 7.25 of the company's month has no registered owner, of it in services that this "
        "team uses: api USD 3.25.",
        "A closed month is never changed",
        f"https://reports.example/ai/{page_name('search')}",
    )  # fmt: skip
    for words in said:
        assert words in text, words


def test_a_team_without_a_month_before_is_compared_with_nothing(house):
    assert deliver(house, "--team", "growth") == 0
    text = paper(house, "growth")
    assert "There is no statement of August 2026 to compare with." in text
    assert "Usage api / chat / gpt-5.4 45.13 – – – –" in text
    assert "Plan of the month none" in text


def test_a_month_without_a_plan_has_its_baseline_under_that_name(house):
    """Harm: a share of the past that is read as a plan somebody set."""
    rows = marts()
    rows["fct_budget_status"] = [
        {
            "team_id": "growth", "budget_period": SEPTEMBER, "plan_kind": "baseline",
            "baseline_usd": Decimal("40"), "forecast_usd": Decimal("45.13"),
        },
    ]  # fmt: skip
    make(house / "w.duckdb", rows)
    assert deliver(house, "--team", "growth") == 0
    text = paper(house, "growth")
    assert "No plan; baseline USD 40.00" in text and "112.8 % charged" in text
    assert "Plan of the month" not in text


def test_the_same_figures_are_the_same_bytes(house):
    def files():
        assert deliver(house) == 1
        return {file.name: file.read_bytes() for file in (house / "out" / "2026-09").iterdir()}

    assert files() == files()


def test_a_name_becomes_no_line_of_a_head_and_no_markup(house, server, capsys):
    """Refused and named, while the others get theirs."""
    rows = marts()
    evil = "growth\r\nBcc: thief@example.net\n<img src=x>"
    for mart in ("fct_chargeback_statements", "fct_chargeback_statement_lines"):
        for row in rows[mart]:
            row["team_id"] = evil if row["team_id"] == "growth" else row["team_id"]
    people = [
        ("search", "lead", "Bo\r\nBcc: thief@example.net", "bo@example.com", None, None),
        ("search", "manager", "Leif", "leif@example.com\nRCPT TO:<t@example.net>", None, None),
        ("search", "manager", "Two", "a@example.com,b@example.com", None, None),
        ("search", "finance", 'Q "<x@y.z>", R', "quoted@example.com", None, None),
        (evil, "lead", "Carla", "carla@example.com", None, None),
    ]
    make(house / "w.duckdb", rows, people)
    assert deliver(house, "--send") == 1
    said = capsys.readouterr().err
    assert said.count("the name holds a line break") == 1 and said.count("is no address") == 2
    assert sorted(server.to()) == ["carla@example.com", "quoted@example.com"]
    for address in server.to():
        message = server.message(address)
        assert message["Bcc"] is None and len(message["Subject"].splitlines()) == 1
        assert [a.addr_spec for a in message["To"].addresses] == [address]
        assert "<img" not in parts(message)["text/html"]


@pytest.mark.parametrize("names", [ODD_NAMES[:7], ODD_NAMES[7:]], ids=["first", "second"])
def test_odd_names_are_drawn_as_they_are(house, names):
    rows = marts()
    lines = [row for row in rows["fct_chargeback_statement_lines"] if row["team_id"] != "growth"]
    lines += [use(SEPTEMBER, "growth", "1.01", 1, name, name, name) for name in names]
    rows["fct_chargeback_statement_lines"] = lines
    make(house / "w.duckdb", rows)
    assert deliver(house, "--team", "growth") == 0
    text = paper(house, "growth")
    assert text.count("1.01") >= len(names) and "Total 7.07" in text
    message = next((house / "out" / "2026-09").glob("*lead*.eml"))
    html = parts(email.message_from_bytes(message.read_bytes(), policy=default))["text/html"]
    assert not any(sign in html for sign in ("<script", "<img", "<svg", "</title></script>"))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"HOST": ""}, "set AI_COST_SMTP_HOST and AI_COST_SMTP_SENDER"),
        ({"SENDER": ""}, "set AI_COST_SMTP_HOST and AI_COST_SMTP_SENDER"),
        ({"SENDER": "a@b.c\nBcc: x@y.z"}, "AI_COST_SMTP_SENDER is no address"),
        ({"ENCRYPTION": "no"}, "write starttls, tls or none"),
        ({"PORT": "smtp"}, "AI_COST_SMTP_PORT is 'smtp'"),
        ({"USER": "me", "PASSWORD": "s3cret"}, "a password is not sent in clear"),
        ({"ENCRYPTION": "starttls", "USER": "me", "PASSWORD": "s3cret"}, "STARTTLS"),
        ({"PORT": "1"}, "cannot hand messages in at 127.0.0.1"),
    ],
)
def test_settings_that_do_not_do_send_nothing(house, server, monkeypatch, capsys, settings, said):
    for name, value in settings.items():
        monkeypatch.setenv(f"AI_COST_SMTP_{name}", value)
    assert deliver(house, "--send") in (1, 2)
    complaint = capsys.readouterr().err
    assert said in complaint and "s3cret" not in complaint and server.got == []
    assert not (house / "sent.jsonl").exists()


def test_figures_of_a_build_that_failed_are_not_sent(house, server, capsys):
    with duckdb.connect(str(house / "w.duckdb")) as connection:
        connection.execute("update ops.build_events set status = 'failed'")
    assert deliver(house, "--send") == 2
    assert "nothing is sent: the build of 2026-10-06" in capsys.readouterr().err
    assert server.got == []


def test_what_is_not_there_is_said(house, capsys):
    for asked in (["2026-05"], ["2026-09", "--team", "nobody"], ["2025-Q1"]):
        assert deliver(house, *asked) == 2
        assert "there is no statement of" in capsys.readouterr().err
    assert deliver(house, "2026-13") == 2
    assert deliver(house, "2026-Q3", "--team", "search") == 2


def test_the_quarter_of_a_director(house, server, capsys):
    """All teams that name the person, under whatever spelling of the address; provisional while a
    month is open or has no statement."""
    assert deliver(house, "2026-Q3", "--send") == 0
    assert deliver(house, "2026-Q3", "--send") == 0
    assert [address.lower() for address in server.to()] == ["ines@example.com"]
    message = email.message_from_bytes(server.got[0][1], policy=default)
    assert message["Subject"] == "Provisional: AI cost of 2026-Q3: USD 914.95"
    text = read_pdf(parts(message)["application/pdf"])
    for words in (
        "not closed yet: July 2026.",
        "Search & <b>Find</b> – 315.00 554.82 869.82 – –",
        "growth – – 45.13 45.13 – –",
        "Total – 315.00 599.95 914.95",
        "Search & <b>Find</b> 840.44 50.01 −9.50 −11.13 869.82",
    ):
        assert words in text, words
    assert "lost" not in text


def fiscal(name, first, last):
    return {"period_grain": "quarter", "period_name": name, "first_date": first, "last_date": last}


def test_the_quarter_of_a_director_is_that_of_the_fiscal_calendar(house, capsys):
    """A year from February: its third quarter is August to October, and July is the one before."""
    rows = marts() | {"dim_fiscal_periods": [
        fiscal("FY26-Q2", date(2026, 5, 1), date(2026, 7, 31)),
        fiscal("FY26-Q3", date(2026, 8, 1), date(2026, 10, 31)),
        fiscal("FY27-Q1", date(2027, 1, 31), date(2027, 5, 1)),
    ]}  # fmt: skip
    make(house / "w.duckdb", rows)
    assert deliver(house, "fy26-q3") == 0
    (paper,) = (house / "out/FY26-Q3").glob("*.pdf")
    text = read_pdf(paper.read_bytes())
    for words in (
        "AI cost of FY26-Q3", "August September October", "not closed yet: October 2026.",
        "Search & <b>Find</b> 315.00 554.82 – 869.82 – –",
    ):  # fmt: skip
        assert words in text, words
    capsys.readouterr()
    for asked, said in (
        ("2026-Q3", "2026-Q3 is no quarter of the fiscal calendar; the months are in FY26-Q2 and "
         "FY26-Q3"),
        ("FY27-Q1", "FY27-Q1 is from 31 January 2027 to 1 May 2027, and statements are of whole"),
        ("FY29-Q1", "there is no statement of FY29-Q1"),
        ("2025-Q1", "there is no statement of 2025-Q1"),
    ):  # fmt: skip
        assert deliver(house, asked) == 2
        assert said in capsys.readouterr().err


def test_unused_capacity_stands_beside_shared_costs_and_the_parts_foot(house):
    rows = marts()
    rows["fct_chargeback_statements"][1]["unused_usd"] = Decimal("10.01")
    make(house / "w.duckdb", rows)
    deliver(house, "2026-09")
    text = read_pdf((house / "out/2026-09" / f"{stem('search')}.pdf").read_bytes())
    assert "Shared Unused capacity Credits" in text
    assert "540.44 20.00 10.01 −4.50 −11.13 554.82" in text
    assert deliver(house, "2026-Q3") == 0
    (paper,) = (house / "out/2026-Q3").glob("*.pdf")
    assert "Search & <b>Find</b> 840.44 40.00 10.01 −9.50 −11.13 869.82" in read_pdf(
        paper.read_bytes()
    )


@pytest.mark.parametrize("asked", ["2026-09", "2026-Q3"])
def test_postgres_says_the_same(house, postgres, monkeypatch, asked):
    def files():
        assert deliver(house, asked) == (1 if asked == "2026-09" else 0)
        return {file.name: file.read_bytes() for file in (house / "out" / asked).iterdir()}

    expected = files()
    mart_tables.make_postgres(postgres, marts())
    names = {name.removeprefix("PG").lower(): value for name, value in postgres.items()}
    names["dbname"] = names.pop("database")
    with closing(psycopg2.connect(**names)) as connection, connection.cursor() as cursor:
        cursor.execute("create schema seeds")
        cursor.execute(SEED)
        cursor.executemany(
            "insert into seeds.statement_recipients values (%s, %s, %s, %s, %s, %s)", PEOPLE
        )
        connection.commit()
    for name, value in postgres.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AI_COST_TARGET", "postgres")
    assert files() == expected


def test_what_is_sent_every_day_is_due_where_there_is_a_server(server):
    (task,) = [task for task in due(date(2026, 10, 3)) if task.words == ("deliver", "--send")]
    runbook = (ROOT / "docs/runbook.md").read_text()
    assert f"| day | every day | `{task.shown}` |" in runbook


def test_the_sample_s_statements_foot_with_the_mart(sample_night, tmp_path):
    """Everybody of the sample's company, and each paper to the cent."""
    said = sample_night.ai_cost(
        "deliver", "2026-09", "--out", str(tmp_path), "--sent", str(tmp_path / "sent.jsonl")
    )
    charged = dict(
        sample_night.rows(
            "select team_id, sum(total_usd) from marts.fct_chargeback_statements "
            "where posting_period = '2026-09-01' group by 1"
        )
    )
    lines = dict(
        sample_night.rows(
            "select team_id, sum(amount_usd) from marts.fct_chargeback_statement_lines "
            "where posting_period = '2026-09-01' group by 1"
        )
    )
    assert charged == lines and len(charged) > 5
    for team, amount in charged.items():
        text = read_pdf((tmp_path / "2026-09" / f"{stem(team)}.pdf").read_bytes())
        assert f"September 2026 USD {usd(amount)}" in text
        assert f"Total {usd(amount)}" in text
    assert "leif.berg@example.com" in said and "provisional" in said
