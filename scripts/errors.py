"""What a user can set right: said in one sentence and an exit code, never with a traceback."""

from __future__ import annotations


class UserError(Exception):
    """Something must be set right first; the message says what, in a sentence.

    `exit_code` is what the command ends with: 2 when nothing was tried, 1 when something was
    tried and failed or was refused.
    """

    exit_code = 2


class Refused(UserError):
    """What was handed over was looked at and refused, or what was asked for failed."""

    exit_code = 1


def said_of(error: OSError) -> str:
    """What the operating system refused, and of which file."""
    reason = error.strerror or str(error)
    return f"{reason}: {error.filename}" if error.filename else reason
