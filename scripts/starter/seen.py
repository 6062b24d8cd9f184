"""What logs and bills have named so far, as rows for a company's files."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from scripts.warehouse import WarehouseError

_UNATTRIBUTED = "unattributed"
_UNASSIGNED = "unassigned"
_TEAMS = """
    select team_id, count(*) from marts.fct_spend_daily
    where team_id != 'unattributed' group by 1 order by 2 desc, 1
"""
_REGISTERED = """
    select team_id, team_name, team_lead, cost_center_id, team_kind
    from marts.dim_teams order by team_id, valid_from
"""
_ALIASES = "select distinct alias, team_id from seeds.team_aliases order by 1, 2"
_COST_CENTERS = """
    select distinct used.cost_center_id, known.cost_center_name
    from marts.fct_spend_daily as used
    left join marts.dim_cost_centers as known on used.cost_center_id = known.cost_center_id
    where used.cost_center_id is not null order by 1
"""
_NAMED_COST_CENTERS = "select distinct cost_center_id, cost_center_name from marts.dim_cost_centers"
_USED_KEYS = """
    select distinct credential_id, team_id, billing_account_id
    from intermediate.int_metered_usage_daily where credential_id != 'none'
"""
_BILLED_KEYS = """
    select distinct credential_id, cast(null as varchar), billing_account_id
    from intermediate.int_bill_lines_classified where credential_id is not null
"""
_MODELS = """
    select provider, billed_model, sum(attempt_count), sum(unpriced_count)
    from intermediate.int_metered_usage_daily group by 1, 2 order by 1, 2
"""
_ACCOUNTS = """
    select provider, billing_account_id from intermediate.int_metered_usage_daily
    union
    select provider, billing_account_id from intermediate.int_bill_lines_classified
    where provider is not null
    order by 1, 2
"""
_PROJECTS = """
    select distinct provider, billing_account_id, sub_account_id
    from intermediate.int_bill_lines_classified
    where provider is not null and sub_account_id is not null
    union
    select distinct provider, billing_account_id, customer_id
    from marts.fct_priced_requests where customer_id is not null
    order by 1, 2, 3
"""


@dataclass(frozen=True)
class Seen:
    """Rows of each file, in the order of its columns."""

    teams: list[tuple]
    aliases: list[tuple]
    cost_centers: list[tuple]
    credentials: list[tuple]
    models: list[tuple]
    accounts: list[tuple]
    projects: list[tuple]


def read_seen(connection) -> Seen:
    """Ask the warehouse; raises WarehouseError when no night has built it."""

    def rows(sql: str) -> list[tuple]:
        return connection.execute(sql).fetchall()

    try:
        names = [team for team, _ in rows(_TEAMS)]
        registered = {row[0]: row for row in rows(_REGISTERED)}
        chosen = _spellings(names, registered)
        teams = _teams(sorted(set(chosen.values())), registered)
        known = [(alias, team) for alias, team in rows(_ALIASES) if team in chosen.values()]
        centers = dict(rows(_COST_CENTERS))
        named = dict(rows(_NAMED_COST_CENTERS))
        return Seen(
            teams,
            _aliases(chosen, known),
            _cost_centers({row[3] for row in teams}, centers, named),
            _credentials(rows(_USED_KEYS), rows(_BILLED_KEYS), chosen),
            rows(_MODELS),
            rows(_ACCOUNTS),
            rows(_PROJECTS),
        )
    except WarehouseError:
        raise
    except Exception as error:  # the engines have no exception in common
        reason = str(error).splitlines()[0]
        raise WarehouseError(
            f"the warehouse is not built yet, run `make nightly`: {reason}"
        ) from None


def _spellings(names: list[str], registered: dict[str, tuple]) -> dict[str, str]:
    """Each name as used, and what it is a spelling of: a registered name, else the most used."""
    first: dict[str, str] = {_letters(name): name for name in reversed(list(registered))}
    return {
        name: name if name in registered else first.setdefault(_letters(name), name)
        for name in names
    }


def _letters(name: str) -> str:
    """What is left of a team's name without case, punctuation and the word team."""
    words = [word for word in re.split(r"[\W_]+", name.casefold()) if word]
    return "".join([word for word in words if word != "team"] or words) or name


def _teams(names: list[str], registered: dict[str, tuple]) -> list[tuple]:
    found = []
    for name in [*names, _UNATTRIBUTED]:
        kind = _UNATTRIBUTED if name == _UNATTRIBUTED else "team"
        default = (
            name,
            name.capitalize() if name == _UNATTRIBUTED else name,
            None,
            _UNASSIGNED,
            kind,
        )
        found.append((*registered.get(name, default), None, None))
    return found


def _aliases(chosen: dict[str, str], known: list[tuple]) -> list[tuple]:
    found = {alias: team for alias, team in known}
    found |= {name: team for name, team in chosen.items() if name != team}
    return [(alias, team, None, None) for alias, team in sorted(found.items())]


def _cost_centers(of_teams: set, used: dict, named: dict) -> list[tuple]:
    wanted = {_UNASSIGNED, *of_teams, *used} - {None}
    names = {_UNASSIGNED: "Unassigned"} | named
    return [(each, names.get(each) or each, None, None) for each in sorted(wanted)]


def _credentials(used: list[tuple], billed: list[tuple], chosen: dict[str, str]) -> list[tuple]:
    """A key has an owner when all its calls are of one team; without one, the row only lists it."""
    teams, accounts, places = defaultdict(set), defaultdict(set), defaultdict(set)
    for place, rows in (("logs", used), ("bills", billed)):
        for key, team, account in rows:
            places[key].add(place)
            accounts[key].add(account)
            if team and team != _UNATTRIBUTED:
                teams[key].add(chosen.get(team, team))
    found = []
    for key in sorted(places):
        owner = next(iter(teams[key])) if len(teams[key]) == 1 else None
        account = next(iter(accounts[key])) if len(accounts[key]) == 1 else None
        note = f"seen in {' and '.join(sorted(places[key], reverse=True))}"
        if len(teams[key]) > 1:
            note += f" of {len(teams[key])} teams"
        found.append((key, key, owner, account, None, None, note))
    return found
