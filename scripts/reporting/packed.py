"""Figures for a script of the report: packed, and set by a script file.

A page opened from disk may not fetch, and a script file must be text.
"""

from __future__ import annotations

import base64
import json
import zlib


def packed(name: str, content: bytes) -> str:
    """A script that hands over the content; report.js unpacks it."""
    text = base64.b64encode(zlib.compress(content, 9)).decode("ascii")
    return f"(window.PACKED ||= {{}})[{json.dumps(name)}] = {json.dumps(text)};\n"


def packed_json(name: str, value: object) -> str:
    """The same of what JSON can say."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return packed(name, text.encode("ascii"))
