"""What the search box finds by a part of a name: names with a page, the costliest, and disputes.

Every other request is found by its whole id: see requests_index.
"""

from __future__ import annotations

import json

from scripts.reporting.links import Links, page_name
from scripts.reporting.names import Names
from scripts.reporting.tables import Table, usd

# With more than this the index would be the largest file of the report.
_LIMIT = 1000


def index(
    called: Names,
    teams: list[str],
    requests: dict[str, list[dict]],
    traces: dict[str, list[dict]],
    disputed: Table,
    links: Links,
) -> str:
    """A script that sets the list; a page opened from disk may not fetch JSON."""
    entries = [
        {
            "what": "Team",
            "id": called.of("team", team),
            "more": team if called.of("team", team) != team else "",
            "to": page_name("team", team),
        }
        for team in teams
    ]
    entries += [
        {"what": kind.capitalize(), "id": name, "more": "", "to": page_name(kind, name)}
        for kind in ("service", "customer")
        for name in sorted(links.pages.get(kind, ()))
    ]
    found = [
        (
            row["cost_usd"],
            what,
            row[name],
            team,
            links.to_request(team, row.get("logical_request_key"))
            or f"{page_name('team', team)}#{anchor}-{row['place']}",
        )
        for rows, what, name, anchor in (
            (requests, "Request", "logical_request_id", "request"),
            (traces, "Trace", "trace_id", "trace"),
        )
        for team, members in rows.items()
        for row in members
        if row[name]
    ]
    # A trace is also found where only its requests are among the costliest.
    found += [
        (
            row["cost_usd"],
            "Trace",
            row["trace_id"],
            team,
            f"{page_name('team', team)}#request-{row['place']}",
        )
        for team, members in requests.items()
        for row in members
        if row["trace_id"]
    ]
    found.sort(key=lambda entry: -entry[0])
    entries += [
        {"what": what, "id": name, "more": f"{called.of('team', team)}, USD {usd(cost)}", "to": to}
        for cost, what, name, team, to in found[:_LIMIT]
    ]
    entries += [
        {
            "what": "Disputed",
            "id": " ".join(
                str(called.of(part, row[part]))
                for part in ("usage_date", "provider", "billed_model", "meter")
                if row.get(part)
            ),
            "more": f"USD {usd(row['variance_usd'])}",
            "to": f"reconciliation.html#{row['_id']}",
        }
        for row in disputed.rows
    ]
    text = json.dumps(entries, ensure_ascii=True, separators=(",", ":"))
    return f"window.SEARCH = {text.replace('<', chr(92) + 'u003c')};\n"
