"""The hash of a user, worked out from name and key: the warehouse cannot say whose hash it is."""

from __future__ import annotations

import csv
import os
import sys

from scripts.errors import UserError
from scripts.loading.people import user_hash
from scripts.loading.run import KEY_VARIABLE


def run(users: list[str]) -> int:
    """Print `hash,user` for each; raises UserError without a key."""
    key = os.environ.get(KEY_VARIABLE, "").encode()
    if not key:
        raise UserError(f"set {KEY_VARIABLE} to the key the logs were loaded with")
    if users == ["-"]:
        users = [line.strip() for line in sys.stdin if line.strip()]
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerows((user_hash(user, key), user) for user in users)
    return 0
