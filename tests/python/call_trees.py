"""Random trees of calls, what several systems log of them, and what is right.

The right answer is worked out here, from the trees and the two seeds of precedence, and not by the
rules of the models: each real call costs once, each field follows the best record that has it.
"""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from scripts.loading.people import user_hash
from tests.python.spans import NOON, SECOND, line, span

ROOT = Path(__file__).resolve().parents[2]
DAY = 86_400
APART = 150  # seconds from one tree to the next: longer than any tree
KEY = b"test-key"
# USD for a million of input, cached input and output
PRICES = {
    "gpt-5.4": ("2.50", "0.25", "15.00"),
    "gpt-4o": ("2.50", "1.25", "10.00"),
    "gpt-4o-mini": ("0.15", "0.075", "0.60"),
}
TEAMS = {"search": "search", "growth-team": "growth", "labs": "research", "growth": "growth"}
UNKNOWN = "nobody's team"
KEYS = {"key-search": "search", "key-support": "support", "an-unknown-key": None}
OWNER = ("team", "service", "feature", "prompt_version", "customer", "user")
LATER = {"litellm_spend_logs": 125, "envelope_events": 250, "langfuse_observations": 500}  # ms


@dataclass
class Node:
    """A span of a tree; `used` is input, cached part of it, and output, with all that is below."""

    kind: str
    name: str
    at: int
    model: str | None = None
    used: tuple[int, int, int] | None = None
    below: list[Node] = field(default_factory=list)
    is_exported: bool = True
    # a sum whose calls without a span another system has, with the trace
    is_sum_elsewhere: bool = False

    def calls(self) -> list[Node]:
        """The real calls in it, failed ones too."""
        if self.kind in ("call", "failed"):
            return [self]
        return [call for node in self.below for call in node.calls()]

    @property
    def response(self) -> str | None:
        return f"response {self.name}" if self.kind == "call" else None

    @property
    def gateway_id(self) -> str:
        return f"gateway {self.name}"


@dataclass
class Record:
    """What one system says of one call. Records with a common key are of one call."""

    system: str
    at_ms: int
    keys: set[str]
    model: str | None = None
    used: tuple[int, int, int] | None = None
    owner: dict[str, str] = field(default_factory=dict)
    gateway_team: str | None = None
    credential: str | None = None


class Trees:
    """All trees of one seed: their files by night, and the requests that are right."""

    def __init__(self, seed: int, count: int = 60, nights: int = 3):
        self.random = random.Random(seed)
        self.files: list[dict[str, list[str]]] = [defaultdict(list) for _ in range(nights)]
        self.records: list[Record] = []
        self.statements: list[Record] = []
        self.sums: list[Record] = []
        self.true_cost = Decimal(0)
        self._outputs = iter(self.random.sample(range(100, 9000), 6000))
        for number in range(count):
            self._add(number)
        for night in self.files:
            for lines in night.values():
                self.random.shuffle(lines)

    # ------------------------------------------------------------ trees

    def _add(self, number: int) -> None:
        chance = self.random
        # one tree a day goes on over midnight
        is_midnight = number < 3
        base = number * DAY + DAY // 2 - 3
        if not is_midnight:
            base = chance.randrange(3) * DAY + number * APART
        self.seconds = iter(range(base, base + APART))
        tree = self._node(f"{number}", 0)
        systems = {"otel_genai_spans"}
        if not is_midnight:
            # records around midnight fall on two days, and are then two calls (decision 0041)
            systems = set(chance.sample(["otel_genai_spans", *LATER], chance.randint(2, 4)))
        logged = {
            system: {call.name for call in tree.calls() if chance.random() < 0.7}
            for system in sorted(systems)
        }
        trace = f"trace {number}"
        has_session = chance.random() < 0.5
        if "otel_genai_spans" in systems:
            self._leave_out(tree, None, logged)
            if chance.random() < 0.6:
                self._sum_up_elsewhere(tree, logged, has_session)
            self._export_spans(tree, trace)
        for call in tree.calls():
            by = {system for system in LATER if call.name in logged.get(system, ())}
            self._export(call, tree, trace, by, has_session, "otel_genai_spans" in systems)
            is_seen = by or (call.is_exported and "otel_genai_spans" in systems)
            if is_seen or self._is_in_a_sum(tree, call, systems):
                self.true_cost += cost(call.model, call.used)
        if not is_midnight and chance.random() < 0.3:
            self._state(tree, trace, base)

    def _node(self, name: str, depth: int) -> Node:
        chance = self.random
        at = next(self.seconds)
        if depth == 5 or chance.random() < 0.15 + 0.1 * depth:
            model = chance.choice(list(PRICES))
            if chance.random() < 0.15:
                return Node("failed", name, at, model)
            if depth and chance.random() < 0.15:
                return Node("tool", name, at)
            cached = chance.choice([0, 0, chance.randrange(1, 900)])
            used = (cached + chance.randrange(1, 5000), cached, next(self._outputs))
            return Node("call", name, at, model, used)
        count = chance.choice([1, 1, 2] if depth else [1, 2, 3])
        below = [self._node(f"{name}.{n}", depth + 1) for n in range(count)]
        node = Node(chance.choice(["step", "agent", "sum", "model"]), name, at, None, None, below)
        real = [call for call in node.calls() if call.used]
        if node.kind in ("sum", "model"):
            if not real:
                node.kind = "step"
            else:
                node.model = real[0].model
                node.used = tuple(map(sum, zip(*(call.used for call in real), strict=True)))
        return node

    def _leave_out(self, node: Node, summed: Node | None, logged: dict[str, set[str]]) -> None:
        """Some calls get no span of their own. Then the sum above them stands for them, unless
        another system has them too: _sum_up_elsewhere does that."""
        if node.kind == "call" and self.random.random() < 0.25:
            elsewhere = any(node.name in logged.get(system, ()) for system in LATER)
            if summed is None:
                node.is_exported = elsewhere is False and self.random.random() < 0.5
            elif not elsewhere:
                node.is_exported = summed.model != node.model
        for child in node.below:
            self._leave_out(child, node if node.used else summed, logged)

    def _sum_up_elsewhere(self, tree: Node, logged: dict[str, set[str]], has_session: bool) -> None:
        """Takes the spans of all calls that one sum has alone, where other systems have the calls,
        with the trace: the sum then equals them. One sum a tree: the calls of another one within
        the same time could not be told from these."""
        traced = set(logged.get("langfuse_observations", ()))
        traced |= logged.get("litellm_spend_logs", set()) if has_session else set()
        for node in walk(tree):
            own_calls = [call for child in node.below for call in _alone(child) if call.used]
            others = [call for call in node.calls() if call not in own_calls]
            if (
                node.kind in ("sum", "model")
                and len(own_calls) > 1
                and all(call.name in traced for call in own_calls)
                and all(call.is_exported for call in node.calls())
                and all(call.is_exported for call in tree.calls() if call.used)
                and not any(call.used is None for call in others)
            ):
                node.is_sum_elsewhere = True
                for call in own_calls:
                    call.is_exported = False
                return

    def _is_in_a_sum(self, tree: Node, call: Node, systems: set[str]) -> bool:
        return "otel_genai_spans" in systems and any(
            node.used and node is not call and call in node.calls() for node in walk(tree)
        )

    # ------------------------------------------------------------ spans

    def _export_spans(self, tree: Node, trace: str) -> None:
        chance = self.random
        owner = self._owner()
        place = chance.choice(["root", "calls", "resource"])
        resource = {}
        if place == "resource":
            owner = {name: owner[name] for name in owner if name in ("team", "service")}
            names = {"team": "team.id", "service": "service.name"}
            resource = {names[name]: value for name, value in owner.items()}
        for node, above in pairs(tree):
            if not node.is_exported:
                continue
            is_tagged = (place == "root" and above is None) or (place == "calls" and node.used)
            attributes = self._attributes(node, owner if is_tagged else {})
            used = node.used and (node.used[0], node.used[2])
            each = span(node.name, above and above.name, used, node.at, lasts(node), **attributes)
            for night in self._nights():
                self.files[night]["otel_genai_spans"].append(line(trace, [each], resource=resource))
            rest = own(node)
            if node.kind != "failed" and not rest:
                continue
            keys = {f"trace {trace}", node.name}
            calls = [call for call in node.calls() if call.used]
            if node.kind == "failed":
                keys.add(node.gateway_id)
            elif node.kind == "call" or (node.kind == "model" and len(calls) == 1):
                keys.add(calls[0].response)
            # a failed call has those of its parent or of the root, where only usage is tagged
            tagged = [one for one in (node, above, tree) if one and one.used and one.is_exported]
            told = owner if place != "calls" or tagged else {}
            if node.is_sum_elsewhere:
                keys = {f"trace sum of {call.name}" for call in node.calls()}
                self.sums.append(Record("otel_genai_spans", node.at * 1000, keys, owner=told))
                continue
            self.records.append(
                Record("otel_genai_spans", node.at * 1000, keys, node.model, rest, told)
            )

    def _attributes(self, node: Node, owner: dict[str, str]) -> dict:
        names = {
            "team": "app__team", "service": "app__service", "feature": "app__feature",
            "prompt_version": "app__prompt_version", "customer": "app__workspace_id",
            "user": "enduser__id",
        }  # fmt: skip
        more = {names[name]: value for name, value in owner.items()}
        operations = {"agent": "invoke_agent", "sum": "invoke_agent", "tool": "execute_tool"}
        operations |= dict.fromkeys(("call", "failed", "model"), "chat")
        if node.kind in operations:
            more["gen_ai__operation__name"] = operations[node.kind]
        if node.model:
            more |= {"gen_ai__provider__name": "openai", "gen_ai__request__model": node.model}
        if node.used and node.used[1]:
            more["gen_ai__usage__cache_read__input_tokens"] = node.used[1]
        calls = [call for call in node.calls() if call.used]
        if node.kind == "call" or (node.kind == "model" and len(calls) == 1):
            more["gen_ai__response__id"] = calls[0].response
        if node.kind == "failed":
            more |= {"error__type": "500", "litellm__call_id": node.gateway_id}
        return more

    # ------------------------------------------------------------ other systems

    def _export(self, call, tree, trace, systems, has_session, has_spans) -> None:
        """Every record is known to be of its call: by an id, or as the only call of its trace."""
        for system in sorted(systems):
            record = Record(system, call.at * 1000 + LATER[system], set(), call.model, call.used)
            record.owner = self._owner()
            is_alone = len(tree.calls()) == 1 and call.is_exported and has_spans
            build = {
                "litellm_spend_logs": self._litellm,
                "envelope_events": self._envelope,
                "langfuse_observations": self._langfuse,
            }[system]
            worse = USAGE[system] > min(USAGE[one] for one in systems)
            if worse and self.random.random() < 0.1:
                record.model = self.random.choice(list(PRICES))
            written = build(call, trace, record, systems, has_session, is_alone)
            if not call.is_exported:
                record.keys.add(f"trace sum of {call.name}")
            for night in self._nights():
                self.files[night][system].append(json.dumps(written))
            self.records.append(record)

    def _litellm(self, call, trace, record, systems, has_session, is_alone) -> dict:
        chance = self.random
        record.keys = {call.gateway_id, call.response or call.gateway_id}
        record.keys |= {f"trace {trace}"} if has_session else set()
        record.gateway_team = chance.choice([None, None, "team-support", "a-uuid"])
        record.credential = chance.choice(list(KEYS))
        record.owner = record.owner if chance.random() < 0.5 else {}
        given, cached, made = call.used or (0, 0, 0)
        names = {"service": "service", "customer": "workspace_id"}
        tags = {names.get(n, n): v for n, v in record.owner.items() if n != "user"}
        details = {"prompt_tokens_details": {"cached_tokens": cached}}
        return {
            "request_id": call.response or call.gateway_id,
            "litellm_call_id": call.gateway_id,
            "api_key": record.credential,
            "end_user": record.owner.get("user"),
            "spend": float(cost(call.model, call.used)),
            "prompt_tokens": given,
            "completion_tokens": made,
            "total_tokens": given + made,
            "startTime": text(record.at_ms),
            "endTime": text(record.at_ms + 2000),
            "request_duration_ms": 2000,
            "model": call.model,
            "custom_llm_provider": "openai",
            "session_id": trace if has_session else None,
            "status": "success" if call.used else "failure",
            "metadata": {
                "user_api_key_team_alias": record.gateway_team,
                "spend_logs_metadata": tags or None,
                "usage_object": details if cached else None,
            },
        }

    def _envelope(self, call, trace, record, systems, has_session, is_alone) -> dict:
        chance = self.random
        given, cached, made = call.used or (None, None, None)
        is_worse = "litellm_spend_logs" in systems and (has_session or call.is_exported)
        ways = [{"request_id": call.response, "trace_id": trace}]
        ways.append({"request_id": f"own {call.name}", "provider_response_id": call.response})
        if "litellm_spend_logs" in systems or not call.used:
            ways.append({"request_id": call.gateway_id})
            ways.append({"request_id": f"own {call.name}", "gateway_call_id": call.gateway_id})
        way = chance.choice(ways if call.used else ways[-2:])
        if is_alone and call.used and chance.random() < 0.5:
            way = {"request_id": f"own {call.name}", "trace_id": trace}
            record.keys.add(call.response)
        # of a part of a sum the record in the trace tells how much it used
        elif made and is_worse and chance.random() < 0.4:
            made += 1
            record.used = (given, cached, made)
        record.keys |= set(way.values())
        record.keys |= {f"trace {trace}"} if "trace_id" in way else set()
        names = {"customer": "workspace_id", "user": "user_id"}
        counts = {"input_tokens": given, "cached_input_tokens": cached, "output_tokens": made}
        return {
            **way,
            **{names.get(name, name): value for name, value in record.owner.items()},
            **{name: count for name, count in counts.items() if count is not None},
            "timestamp": text(record.at_ms),
            "latency_ms": 2000,
            "provider": "openai",
            "model": record.model,
            "status": "success" if call.used else "failure",
        }

    def _langfuse(self, call, trace, record, systems, has_session, is_alone) -> dict:
        named = {"response_id": call.response}
        if not call.used or ("litellm_spend_logs" in systems and self.random.random() < 0.5):
            named = {"litellm_call_id": call.gateway_id}
        record.keys = {*named.values(), f"trace {trace}", f"observation {call.name}"}
        given, cached, made = call.used or (0, 0, 0)
        counts = {"input": given - cached, "output": made, "total": given + made}
        counts |= {"input_cached_tokens": cached} if cached else {}
        counts = counts if call.used else {}
        names = {"customer": "workspace_id"}
        tags = {names.get(n, n): v for n, v in record.owner.items() if n != "user"}
        return {
            "id": f"observation {call.name}",
            "trace_id": trace,
            "type": "GENERATION",
            "level": "DEFAULT" if call.used else "ERROR",
            "start_time": text(record.at_ms),
            "end_time": text(record.at_ms + 1500),
            "provided_model_name": record.model,
            "usage_details": counts,
            "provided_usage_details": counts,
            "user_id": record.owner.get("user"),
            "metadata": {"ls_provider": "openai"} | named | tags,
        }

    def _state(self, tree: Node, trace: str, base: int) -> None:
        """An application says whose the calls will be, before they are made."""
        call = self.random.choice(tree.calls() or [None])
        owner = {"team": "search"} | self._owner()
        owner.pop("user", None)
        record = Record("envelope_events", base * 1000 - 5000, set(), owner=owner)
        if call is None or self.random.random() < 0.6:
            way, key = {"trace_id": trace}, f"trace {trace}"
        else:
            way, key = {"request_id": call.gateway_id}, call.gateway_id
        record.keys = {key}
        names = {"customer": "workspace_id"}
        stated = {names.get(name, name): value for name, value in owner.items()}
        written = {"timestamp": text(record.at_ms), **way, **stated}
        self.files[self.random.randrange(len(self.files))]["envelope_events"].append(
            json.dumps(written)
        )
        self.statements.append(record)

    # ------------------------------------------------------------ chance

    def _owner(self) -> dict[str, str]:
        chance = self.random
        values = {name: chance.choice([f"{name} a", f"{name} b"]) for name in OWNER}
        values["team"] = chance.choice([*TEAMS, UNKNOWN])
        return {name: value for name, value in values.items() if chance.random() < 0.5}

    def _nights(self) -> list[int]:
        """One night, or two where the record is delivered twice."""
        return self.random.sample(range(len(self.files)), self.random.choice([1] * 9 + [2]))

    # ------------------------------------------------------------ what is right

    def requests(self) -> dict[tuple, dict]:
        """By the system and time of the record that counts."""
        found = {}
        for records in self._calls():
            best = min(records, key=lambda record: USAGE[record.system])
            said = records + [
                one
                for one in self.statements + self.sums
                if any(one.keys & other.keys for other in records)
            ]
            found[best.system, moment(best.at_ms)] = self._merge(best, said)
        return found

    def _calls(self) -> list[list[Record]]:
        """The records of each call: those that a key of one call connects."""
        groups: list[list[Record]] = []
        for record in self.records:
            keys = {key for key in record.keys if not key.startswith("trace ")}
            near = [g for g in groups if any(keys & one.keys for one in g)]
            groups = [g for g in groups if g not in near]
            groups.append([record, *(one for g in near for one in g)])
        return groups

    def _merge(self, best: Record, said: list[Record]) -> dict:
        # of one system's words those of the call itself come before those of its trace
        owners = sorted(said, key=lambda one: (EVIDENCE["owner", one.system], one.model is None))
        gateways = sorted(said, key=lambda one: EVIDENCE["gateway", one.system])
        first = {name: next((one for one in owners if one.owner.get(name)), None) for name in OWNER}
        values = {name: one and one.owner[name] for name, one in first.items()}
        gateway_team = next((one.gateway_team for one in gateways if one.gateway_team), None)
        key = next((one.credential for one in gateways if one.credential), None)
        team, source = self._team(values["team"], gateway_team, key)
        systems = {"team_tag": first["team"] and first["team"].system}
        given, cached, made = best.used or (0, 0, 0)
        return {
            "model": best.model,
            "uncached": given - cached,
            "cached": cached,
            "output": made,
            "cost": cost(best.model, best.used),
            "team": team,
            "owner_source": systems.get(source)
            or ("litellm_spend_logs" if source == "gateway_team" else best.system),
            **{name: values[name] for name in OWNER if name not in ("team", "user")},
            "user": values["user"] and user_hash(values["user"], KEY),
            "evidence": len(said),
            "conflicts": sorted(self._conflicts(best, said, first)),
        }

    def _team(self, tag: str | None, gateway_team: str | None, key: str | None) -> tuple:
        """The first evidence that the company knows, else the most readable name."""
        known = {
            "team_tag": TEAMS.get(tag),
            "gateway_team": "support" if gateway_team == "team-support" else None,
            "credential_id": KEYS.get(key),
        }
        for evidence in sorted(known, key=OWNERS.get):
            if known[evidence]:
                return known[evidence], evidence
        if tag:
            return tag, "team_tag"
        return (gateway_team, "gateway_team") if gateway_team else ("unattributed", None)

    def _conflicts(self, best: Record, said: list[Record], first: dict) -> list[tuple]:
        names = {"team": "team_tag", "service": "service_name", "customer": "customer_id"}
        found = []
        for name in OWNER[:-1]:
            for other in said:
                used, value = first[name] and first[name].owner[name], other.owner.get(name)
                if name == "team":
                    used, value = TEAMS.get(used, used), TEAMS.get(value, value)
                if value and value != used:
                    column = names.get(name, name)
                    found.append((column, used, first[name].system, value, other.system))
        for other in said:
            if other.model and other.model != best.model:
                models = best.model, best.system, other.model, other.system
                found.append(("served_model", *models))
            if best.used and other.used and other.used[2] != best.used[2]:
                outputs = str(best.used[2]), best.system, str(other.used[2]), other.system
                found.append(("reported_output_tokens", *outputs))
        return found

    def unmatched(self) -> int:
        return sum(
            not any(one.keys & record.keys for record in self.records) for one in self.statements
        )


def _ranks(path: str, key: tuple[str, ...]) -> dict:
    with (ROOT / "seeds/reference" / path).open() as file:
        rows = list(csv.DictReader(file))
    ranks = {tuple(row[name] for name in key): int(row["precedence"]) for row in rows}
    return {name[0] if len(key) == 1 else name: rank for name, rank in ranks.items()}


USAGE = _ranks("source_precedence.csv", ("source_system",))
EVIDENCE = _ranks("evidence_precedence.csv", ("field_group", "source_system"))
OWNERS = _ranks("owner_precedence.csv", ("evidence",))


def cost(model: str | None, used: tuple[int, int, int] | None) -> Decimal:
    if used is None:
        return Decimal(0)
    counts = (used[0] - used[1], used[1], used[2])
    prices = map(Decimal, PRICES[model])
    return sum(n * price for n, price in zip(counts, prices, strict=True)) / 1_000_000


def walk(node: Node) -> list[Node]:
    return [node, *(each for child in node.below for each in walk(child))]


def pairs(node: Node, above: Node | None = None) -> list[tuple[Node, Node | None]]:
    return [(node, above), *(each for child in node.below for each in pairs(child, node))]


def _alone(node: Node) -> list[Node]:
    """The calls in it that no sum between says."""
    if node.used and node.kind != "call":
        return []
    return [node] if node.kind == "call" else [c for child in node.below for c in _alone(child)]


def lasts(node: Node) -> int:
    """A span that holds calls ends after the last of them, with what other systems say of it."""
    return max(each.at for each in walk(node)) - node.at + 3 if node.below else 1


def own(node: Node) -> tuple[int, int, int] | None:
    """What it used that no exported span below it says."""
    if not node.used:
        return None
    below = [child for child in node.below for child in _told(child)]
    left = tuple(n - sum(child.used[i] for child in below) for i, n in enumerate(node.used))
    return left if any(left) else None


def _told(node: Node) -> list[Node]:
    if node.used and node.is_exported:
        return [node]
    return [each for child in node.below for each in _told(child)]


def moment(at_ms: int) -> datetime:
    seconds, ms = divmod(at_ms, 1000)
    start = datetime.fromtimestamp(NOON // SECOND, UTC).replace(tzinfo=None)
    return start + timedelta(seconds=seconds, milliseconds=ms)


def text(at_ms: int) -> str:
    return moment(at_ms).isoformat(timespec="milliseconds") + "Z"
