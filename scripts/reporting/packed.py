"""Figures for a script of the report: packed, and handed over by a script file.

A page opened from disk may not fetch, and a script file is text. UTF-16 with its mark is read the
same in every browser, and holds fifteen bits of sixteen; base64 would hold twelve.
"""

from __future__ import annotations

import codecs
import json
import zlib

# The first of 32,768 letters that need no escape in a script and are no halves of a pair.
_FIRST = 0x100


def packed(name: str, content: bytes) -> bytes:
    """A script file that hands over the content; report.js unpacks it."""
    small = zlib.compress(content, 9)
    # The length says where the last letter ends.
    data = len(small).to_bytes(4, "big") + small
    data += bytes(-len(data) % 15)
    letters = bytearray()
    for at in range(0, len(data), 15):
        bits = int.from_bytes(data[at : at + 15], "big")
        for shift in range(105, -1, -15):
            letters += (_FIRST + ((bits >> shift) & 0x7FFF)).to_bytes(2, "little")
    before = f"(window.PACKED ||= {{}})[{json.dumps(name)}] = '".encode("utf-16-le")
    return codecs.BOM_UTF16_LE + before + letters + "';\n".encode("utf-16-le")


def packed_json(name: str, value: object) -> bytes:
    """The same of what JSON can say."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return packed(name, text.encode("ascii"))
