"""A document as a message for one person: text, the same as a page, and the PDF.

The bytes follow from the document, the person and the run's instant alone.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from scripts.console import printable
from scripts.delivery.document import Document
from scripts.delivery.recipients import Recipient

_SUBJECT = 180
# of RFC 5322
_LONGEST = 998


def letter(
    document: Document,
    recipient: Recipient,
    attached: bytes,
    at: datetime,
    sender: str = "",
    note: str = "",
) -> bytes:
    """The message as it is sent; without a sender it is only to be looked at.

    note: what the reader must know besides, such as which earlier version it replaces.
    """
    to = Address(display_name=recipient.name, addr_spec=recipient.email_address)
    mark = message_mark(document, recipient, note)
    found = headed(sender, to, subject(document, is_again=bool(note)), at, mark)
    found.set_content(document.text(note), cte="quoted-printable")
    found.add_alternative(document.html("mail", note), subtype="html", cte="quoted-printable")
    found.add_attachment(
        attached, maintype="application", subtype="pdf", filename=f"{document.stem}.pdf"
    )
    _settle(found, mark)
    # Python folds a long subject behind its name, where some readers begin it with a space; what
    # is written in encoded words has to be folded.
    is_plain = all(str(value).isascii() for value in found.values())
    return found.as_bytes(policy=SMTP.clone(max_line_length=_LONGEST) if is_plain else SMTP)


def headed(sender: str, to: Address, about: str, at: datetime, mark: str) -> EmailMessage:
    """A message with its heads, of an instant in UTC; `mark` names it on whichever server."""
    found = EmailMessage(policy=SMTP)
    if sender:
        found["From"] = Address(addr_spec=sender)
    found["To"] = to
    found["Subject"] = about
    found["Date"] = format_datetime(at.replace(tzinfo=UTC))
    found["Message-ID"] = f"<{mark}@{sender.rpartition('@')[2] or 'localhost'}>"
    # no answers of machines: they would come to who settles disputes
    found["Auto-Submitted"] = "auto-generated"
    return found


def subject(document: Document, is_again: bool) -> str:
    """One line, whatever the names in it hold."""
    state = "" if document.is_final else "Provisional: "
    again = "New version: " if is_again else ""
    return printable(f"{again}{state}{document.subject}")[:_SUBJECT]


def message_mark(document: Document, recipient: Recipient, note: str) -> str:
    """The same for the same message to the same address: a mail system drops the second.

    With the note: figures that went back to what they were are news to who has the others.
    """
    told = f"{document.key}\n{document.version}\n{recipient.email_address.lower()}\n{note}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _settle(message: EmailMessage, mark: str) -> None:
    """Borders between the parts that are not drawn by lot."""
    whole = [part for part in message.walk() if part.is_multipart()]
    for n, part in enumerate(whole):
        part.set_boundary(f"=={mark}-{n}==")
