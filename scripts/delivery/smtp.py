"""Sending by SMTP: settings of the environment, one connection, encrypted."""

from __future__ import annotations

import os
import smtplib
import ssl
from dataclasses import dataclass

from scripts.errors import UserError

HOST_VARIABLE = "AI_COST_SMTP_HOST"
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_TIMEOUT_S = 30


class SmtpError(UserError):
    """Nothing can be sent; the message says why in a sentence."""


@dataclass(frozen=True)
class Settings:
    """Where messages are handed in, and as whom."""

    host: str
    port: int
    encryption: str
    user: str
    password: str
    sender: str


def settings() -> Settings:
    """The settings of the environment; SmtpError where they do not do."""
    host = os.environ.get(HOST_VARIABLE, "")
    sender = own_sender()
    if not host or not sender:
        raise SmtpError(f"set {HOST_VARIABLE} and AI_COST_SMTP_SENDER, or leave --send out")
    encryption = os.environ.get("AI_COST_SMTP_ENCRYPTION", "starttls")
    if encryption not in _PORTS:
        raise SmtpError(f"AI_COST_SMTP_ENCRYPTION is {encryption!r}; write starttls, tls or none")
    port = os.environ.get("AI_COST_SMTP_PORT", "") or str(_PORTS[encryption])
    if not port.isdecimal():
        raise SmtpError(f"AI_COST_SMTP_PORT is {port!r}; write a number")
    user = os.environ.get("AI_COST_SMTP_USER", "")
    password = os.environ.get("AI_COST_SMTP_PASSWORD", "")
    if user and encryption == "none":
        raise SmtpError("a password is not sent in clear: set AI_COST_SMTP_ENCRYPTION to starttls")
    return Settings(host, int(port), encryption, user, password, sender)


def own_sender() -> str:
    """The address that statements come from; empty where none is set."""
    sender = os.environ.get("AI_COST_SMTP_SENDER", "")
    _, at, domain = sender.rpartition("@")
    is_address = bool(at and domain) and sender.isascii() and sender.isprintable()
    if sender and (not is_address or any(sign in sender for sign in ' <>,;"')):
        raise SmtpError("AI_COST_SMTP_SENDER is no address like costs@example.com")
    return sender


class Post:
    """A connection to the server; begun again for the next message when it was lost."""

    def __init__(self, to: Settings) -> None:
        self._to = to
        self._server: smtplib.SMTP | None = None

    def open(self) -> None:
        """Connect and log in; raises what smtplib and the system raise."""
        if self._server is not None:
            return
        safe = ssl.create_default_context()
        if self._to.encryption == "tls":
            server = smtplib.SMTP_SSL(
                self._to.host, self._to.port, timeout=_TIMEOUT_S, context=safe
            )
        else:
            server = smtplib.SMTP(self._to.host, self._to.port, timeout=_TIMEOUT_S)
        try:
            if self._to.encryption == "starttls":
                server.starttls(context=safe)
            if self._to.user:
                server.login(self._to.user, self._to.password)
        except BaseException:
            server.close()
            raise
        self._server = server

    def send(self, address: str, message: bytes) -> None:
        """Hand one message in; raises when it was not taken."""
        self.open()
        try:
            self._server.sendmail(self._to.sender, [address], message)
        except smtplib.SMTPRecipientsRefused:
            raise  # the server is as ready for the next one as before
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """End the connection, whatever state it is in."""
        if self._server is not None:
            self._server.close()
            self._server = None


def reason_of(error: Exception) -> str:
    """What the server or the system said, in one line, without what was sent."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"{code} {_line(said)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_line(error.smtp_error)}"
    return _line(str(error)) or type(error).__name__


def _line(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
