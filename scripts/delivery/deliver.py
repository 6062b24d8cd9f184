"""Write what is due to whom, show it, and with `send` send it: each version once to each person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scripts import console
from scripts.accounting.freshness import failed_builds
from scripts.console import printable
from scripts.delivery import rollups, statements
from scripts.delivery.document import Document
from scripts.delivery.mail import letter, message_mark
from scripts.delivery.memory import Memory, Sent
from scripts.delivery.pdf import pdf
from scripts.delivery.recipients import MONTHLY, QUARTERLY, Recipient, Recipients
from scripts.delivery.smtp import Post, Settings, own_sender, reason_of, settings
from scripts.errors import Refused, UserError
from scripts.operations.clock import run_instant
from scripts.operations.roles import owner_of
from scripts.operations.whole_files import write_whole
from scripts.reporting.marts import Marts, month_end
from scripts.reporting.tables import many, usd
from scripts.warehouse import connect, target

_TOLD = {"new": "to send", "again": "to send, new version", "known": "sent before"}


@dataclass(frozen=True)
class Due:
    """One document for one person: the message, and whether it is news there."""

    document: Document
    recipient: Recipient
    message: bytes
    state: str


def run(
    period: date | str | None, teams: tuple[str, ...], out: Path, send: bool, sent: Path
) -> int:
    """Write PDFs and messages, and say or do what is to be sent; `period` is a month or a quarter.

    1 when a message was refused, when a row of the seed cannot be used, or when a team has spend
    and nobody of its own to tell.
    """
    # Whatever stops the sending is said before anything is written.
    to = _checked_settings() if send else None
    memory = Memory(sent)
    with connect() as connection:
        marts = Marts(connection)
        if isinstance(period, str):
            name, found, people = _of_quarter(connection, marts, period, teams)
        else:
            name, found, people = _of_month(connection, marts, period, teams)
    due = list(_written(found, out / name, memory, only_news=send))
    _show(found, due)
    unheard = [] if isinstance(period, str) else _unheard(found, people)
    for fault in people.faults:
        console.complain(f"ai-cost deliver: {fault}")
    for team in unheard:
        console.complain(
            f"ai-cost deliver: {printable(team)} has a statement and nobody of its own to get it: "
            "add a row to statement_recipients.csv"
        )
    news = [each for each in due if each.state != "known"]
    print(f"{many(len(found), 'document')} in {out / name}")
    if to is None:
        print(f"{len(news)} to send, {len(due) - len(news)} sent before; --send sends them")
        return 1 if unheard or people.faults else 0
    taken, refused = _send(news, to, memory)
    print(f"sent {taken}, refused {refused}")
    return 1 if refused or unheard or people.faults else 0


Found = list[tuple[Document, list[Recipient]]]


def _checked_settings() -> Settings:
    """The settings; figures of a build that failed are not sent to anybody."""
    found = settings()
    with owner_of("marts", target()):
        failed = failed_builds()
    if failed:
        raise UserError(f"nothing is sent: {failed[0]}")
    return found


def _of_month(
    connection, marts: Marts, month: date | None, teams: tuple[str, ...]
) -> tuple[str, Found, Recipients]:
    month = month or statements.newest(marts)
    people = Recipients(connection, month_end(month))
    found = [
        (document, people.of(document.of, MONTHLY))
        for document in statements.all_of(marts, month, teams)
    ]
    return f"{month:%Y-%m}", found, people


def _of_quarter(
    connection, marts: Marts, name: str, teams: tuple[str, ...]
) -> tuple[str, Found, Recipients]:
    if teams:
        raise UserError("--team chooses statements of a month; a roll-up is of all teams of one")
    quarter = rollups.Quarter(marts, name)
    people = Recipients(connection, month_end(quarter.months[-1]))
    found = []
    for rows in people.by_address(QUARTERLY).values():
        document = quarter.roll_up(rows)
        if document is not None:
            found.append((document, rows[:1]))
    if not found:
        raise UserError(f"statement_recipients.csv names no director of a team of {quarter.name}")
    return quarter.name.replace("/", "-"), found, people


def _written(found: Found, folder: Path, memory: Memory, only_news: bool) -> Iterator[Due]:
    """Each document as PDF, and a message for each person, in the folder.

    only_news: what everybody has already is left as it is there; a job that asks every day is
    done at once.
    """
    at, sender = run_instant(), own_sender()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for document, people in console.track(found, "statements"):
            known = [memory.has(document.key, document.version, p.email_address) for p in people]
            if only_news and people and all(known):
                yield from (Due(document, person, b"", "known") for person in people)
                continue
            paper = pdf(document.html("paper"))
            write_whole(folder / f"{document.stem}.pdf", paper)
            for person, is_known in zip(people, known, strict=True):
                replaced = memory.replaced(document.key, document.version, person.email_address)
                message = letter(document, person, paper, at, sender, _note(replaced))
                mark = message_mark(document, person, "")[:8]
                write_whole(folder / f"{document.stem}.{person.role}-{mark}.eml", message)
                state = "known" if is_known else "again" if replaced else "new"
                yield Due(document, person, message, state)
    except OSError as error:
        raise Refused(f"cannot write {error.filename}: {error.strerror}") from None


def _note(replaced: Sent | None) -> str:
    if replaced is None:
        return ""
    return (
        f"This takes the place of version {replaced.version}, sent {replaced.sent_at[:10]}: "
        "its figures have changed since."
    )


def _unheard(found: Found, people: Recipients) -> list[str]:
    return [document.of for document, _ in found if not people.has_own(document.of, MONTHLY)]


def _show(found: Found, due: list[Due]) -> None:
    states = {(each.document.key, each.recipient): each.state for each in due}
    rows = []
    for document, people in found:
        figure = "final" if document.is_final else "provisional"
        about = (figure, document.version, usd(document.total_usd))
        team = printable(document.of)
        rows += [
            (
                team,
                printable(f"{person.name} <{person.email_address}>".strip()),
                person.role,
                _TOLD[states[document.key, person]],
                *about,
            )
            for person in people
        ] or [(team, "-", "-", "nobody named", *about)]
    header = ["team", "goes to", "as", "state", "figures", "version", "USD"]
    console.table(header, rows, left=6)


def _send(due: list[Due], to: Settings, memory: Memory) -> tuple[int, int]:
    """Send one after the other and remember each; how many were taken, and how many not.

    When the server is gone the rest is not tried: each would wait for it in vain.
    """
    if not due:
        return 0, 0
    post = Post(to)
    try:
        post.open()
    except OSError as error:
        raise Refused(f"cannot hand messages in at {to.host}: {reason_of(error)}") from None
    taken = refused = 0
    try:
        with memory.open() as remember:
            for place, each in enumerate(console.track(due, "messages")):
                document, person = each.document, each.recipient
                if memory.has(document.key, document.version, person.email_address):
                    continue  # by a run that ended while this one waited
                try:
                    post.open()
                except OSError as error:
                    left = len(due) - place
                    console.complain(
                        f"ai-cost deliver: {to.host} is gone, {many(left, 'message')} not tried: "
                        f"{reason_of(error)}"
                    )
                    return taken, refused + left
                try:
                    post.send(person.email_address, each.message)
                except OSError as error:
                    refused += 1
                    console.complain(
                        f"ai-cost deliver: {printable(document.key)} to {person.email_address} "
                        f"was refused: {reason_of(error)}"
                    )
                    continue
                remember(document.key, document.version, person.email_address)
                taken += 1
    finally:
        post.close()
    return taken, refused
