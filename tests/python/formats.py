"""Real or composed records of every gateway format, for tests that bend them."""

import gzip
import json
from pathlib import Path

from tests.python.landing import CAPTURES, event

FIXTURES = Path(__file__).parent / "fixtures" / "gateways"


def _lines(path: Path) -> list[dict]:
    text = (gzip.open if path.suffix == ".gz" else open)(path, "rt")
    with text as lines:
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue  # fixtures have malformed lines on purpose; here only whole ones are bent
        return [record for record in found if isinstance(record, dict)]


def records() -> dict[str, list[dict]]:
    """Up to a dozen whole records of each raw table."""
    found = {
        folder.name: [record for path in sorted(folder.glob("*.jsonl")) for record in _lines(path)]
        for folder in sorted(FIXTURES.iterdir())
        if folder.is_dir()
    }
    found["litellm_spend_logs"] += _lines(CAPTURES / "litellm_spend_logs.jsonl.gz")[:6]
    found["otel_genai_spans"] += [_few_spans(_lines(CAPTURES / "otlp_genai_spans.jsonl.gz")[0])]
    found["envelope_events"] = [
        event(number, team="growth", provider="openai", model="gpt-4o", end_user_id="ana")
        | {"input_tokens": 100 * number, "cached_input_tokens": 50, "output_tokens": 7}
        for number in range(1, 5)
    ]
    return {table: rows[:12] for table, rows in found.items()}


def _few_spans(batch: dict) -> dict:
    """A line of the capture with six of its spans; whole ones would dwarf all other records."""
    for resource in batch["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            scope["spans"] = scope["spans"][:3]
    return batch


def leaves(value, path=()):
    """(path, value) of every value that is not a container; JSON held as text is entered too."""
    inner = opened(value)
    if isinstance(inner, dict):
        for key, child in inner.items():
            yield from leaves(child, (*path, key))
    elif isinstance(inner, list):
        for index, child in enumerate(inner):
            yield from leaves(child, (*path, index))
    else:
        yield path, value


def opened(value):
    """A container held as JSON text as the container."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def replaced(value, path, change):
    """A copy with `change` applied to the value at `path`; returning ... takes it out."""
    if not path:
        return change(value)
    inner = opened(value)
    as_text = inner is not value
    copy = dict(inner) if isinstance(inner, dict) else list(inner)
    result = replaced(copy[path[0]], path[1:], change)
    if result is ...:
        del copy[path[0]]
    else:
        copy[path[0]] = result
    return json.dumps(copy) if as_text else copy
