"""A client of a provider whose every call names its owner; one that cannot, does not start.

Copy it into your application. It wraps any client whose calls take `extra_headers`, such as those
of OpenAI and Anthropic:

    client = OwnedClient(OpenAI(), Owner("growth", "copywriter", "drafts", "production"))
    client.chat.completions.create(model="gpt-5.4-mini", messages=[...])

The gateway logs the headers, and the warehouse reads them (docs/your-own-logs.md).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

_HEADERS = {"environment": "x-owner-env"}


class MissingOwner(ValueError):
    """A call would have had no owner; the message names what is missing."""


@dataclass(frozen=True)
class Owner:
    """Whose calls they are: a registered team, the service, what it does, and where it runs."""

    team: str
    service: str
    feature: str
    environment: str

    def __post_init__(self) -> None:
        missing = [
            field.name for field in fields(self) if not str(getattr(self, field.name)).strip()
        ]
        if missing:
            raise MissingOwner(f"no {', '.join(missing)}: an untagged call has no owner")

    def headers(self) -> dict[str, str]:
        """The headers that every call carries."""
        return {
            _HEADERS.get(field.name, f"x-owner-{field.name}"): getattr(self, field.name)
            for field in fields(self)
        }


class OwnedClient:
    """The same client, with the owner's headers on whatever it calls."""

    def __init__(self, client: Any, owner: Owner) -> None:
        if not isinstance(owner, Owner):
            raise MissingOwner("a client needs an Owner")
        self._client, self._owner = client, owner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if inspect.isroutine(found):
            return self._with_headers(found)
        if hasattr(found, "__dict__") and not callable(found):
            return OwnedClient(found, self._owner)
        return found

    def _with_headers(self, call: Callable) -> Callable:
        """The call, with the owner's headers; it keeps its own, but never another owner's."""

        @functools.wraps(call)
        def owned(*arguments: Any, **named: Any) -> Any:
            if "extra_headers" in inspect.signature(call).parameters:
                theirs = named.get("extra_headers") or {}
                named["extra_headers"] = {**theirs, **self._owner.headers()}
            found = call(*arguments, **named)
            # a copy of the client with other options is a client as well
            is_client = isinstance(found, type(self._client))
            return OwnedClient(found, self._owner) if is_client else found

        return owned
