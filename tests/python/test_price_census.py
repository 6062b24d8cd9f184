"""How many of the names that people meet today have a price, through the whole warehouse.

Harm guarded against: a card that knows what its authors use, and leaves others' traffic unpriced
without anybody noticing. Every chat, responses, completion and embedding name of LiteLLM's list and
of genai-prices is logged once, priced by both layers, and compared with what the lists say.

Long, and only where the lists are installed (neither is a dependency of the project):

    pip install litellm genai-prices
    python -m pytest -m long tests/python/test_price_census.py -s
"""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from scripts.rates.community_lists import MODES, NOT_READ, litellm_file, searches
from scripts.rates.offers import VERTEX, read_litellm
from tests.python.project import Project

pytestmark = pytest.mark.long

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
BAR = Decimal("0.97")
INPUT, OUTPUT = 1000, 500
EQUAL = "equal"
NOT_FOUND = "the list does not find its own name"
# Words of LiteLLM's list that are no words of its logs.
FAMILIES = ("vertex_ai-", "-embedding-models")


@dataclass(frozen=True)
class Name:
    """A name as a log writes it, and what the lists charge for the call, USD."""

    price_list: str
    provider: str
    model: str
    mode: str
    cost: Decimal
    rule: str | None

    def logged(self, number: int) -> str:
        output = 0 if self.mode == "embedding" else OUTPUT
        usage = {"prompt_tokens": INPUT, "completion_tokens": output}
        return json.dumps(
            {
                "request_id": str(number),
                "litellm_call_id": str(number),
                "startTime": AT.isoformat(" "),
                "endTime": AT.isoformat(" "),
                "model": self.model,
                "custom_llm_provider": self.provider,
                "status": "success",
                "cache_hit": "False",
                "metadata": json.dumps({"usage_object": usage}),
            }
        )


def of_litellm(path):
    for model, about in read_litellm(path).items():
        if not isinstance(about, dict) or about.get("mode") not in MODES:
            continue
        theirs = about["litellm_provider"]
        provider = "vertex_ai" if theirs.startswith(FAMILIES[0]) else theirs
        provider = provider.removesuffix(FAMILIES[1])
        rates = [Decimal(about.get(f"{side}_cost_per_token") or 0) for side in ("input", "output")]
        output = 0 if about["mode"] == "embedding" else OUTPUT
        cost = rates[0] * INPUT + rates[1] * output
        yield Name(
            "litellm", provider, model, about["mode"], cost, rule_of_litellm(model, about, rates)
        )


def rule_of_litellm(model, about, rates):
    """Why no price is expected of a name, or another one; None where there is no reason."""
    provider = about["litellm_provider"]
    if provider in NOT_READ:
        return "priced by its own record of a call, or by the seat"
    if not rates[0]:
        return "no price by input token"
    if any(-(rate * 1000000).normalize().as_tuple().exponent > 9 for rate in rates):
        return "more than nine decimals"
    bare = model.rpartition("/")[2]
    has_fee = any(value for name, value in about.items() if name.endswith("cost_per_request"))
    if has_fee or searches(provider, bare):
        return "a fee per request besides"
    if about.get("off_peak_pricing"):
        return "a price by the time of day"
    if provider.startswith(("azure", "bedrock")) and model.count("/") > 1:
        return "a name of one region of a cloud"
    return None


def of_genai():
    from genai_prices import Usage, calc_price
    from genai_prices.data import providers

    for provider in providers:
        for model in provider.models:
            # its google is both of Google's, and Claude is sold on Vertex alone
            sold_by = VERTEX if provider.id == "google" and "claude" in model.id else provider.id
            has_output = getattr(model.get_prices(AT), "output_mtok", None)
            mode = "chat" if has_output else "embedding"
            usage = Usage(input_tokens=INPUT, output_tokens=OUTPUT if has_output else 0)
            # how logs write what the list calls regional
            name = re.sub("^regional[.]", "us.", model.id)
            try:
                price = calc_price(usage, name, provider_id=provider.id, genai_request_timestamp=AT)
            except LookupError:
                yield Name("genai-prices", sold_by, name, mode, Decimal(0), NOT_FOUND)
                continue
            rule = None
            if provider.id in NOT_READ:
                rule = "priced by its own record of a call, or by the seat"
            elif not price.total_price or not price.input_price:
                rule = "no price by input token"
            elif searches(provider.id, model.id) or getattr(
                price.model_price, "requests_kcount", None
            ):
                rule = "a fee per request besides"
            yield Name("genai-prices", sold_by, name, mode, price.total_price, rule)


@pytest.fixture(scope="module")
def census(tmp_path_factory):
    """Each name with the rule that its answer falls under."""
    pytest.importorskip("genai_prices")
    if litellm_file() is None:
        pytest.skip("litellm is not installed")
    names = [*of_litellm(litellm_file()), *of_genai()]
    folder = tmp_path_factory.mktemp("census")
    logs = folder / "landing" / "litellm_spend_logs"
    logs.mkdir(parents=True)
    lines = (name.logged(number) + "\n" for number, name in enumerate(names))
    (logs / "names.jsonl").write_text("".join(lines))
    project = Project(folder, logs.parent)
    project.load()
    selected = ("--select", "+fct_priced_requests", "--exclude-resource-type", "test", "unit_test")
    project.dbt("build", *selected)
    found = {
        int(number): answer
        for number, *answer in project.rows(
            "select request_id, price_status, price_source, cost_usd from marts.fct_priced_requests"
        )
    }
    said = defaultdict(set)
    for name in names:
        said[name.model.rpartition("/")[2].lower()].add(name.cost)
    return [(name, verdict(name, *found[number], said)) for number, name in enumerate(names)]


def verdict(name, status, source, cost, said):
    """Equal, the rule that explains the difference, or None."""
    if cost is not None and cost == name.cost:
        return EQUAL
    if cost is None:
        return name.rule
    if source == "list":
        return "our own dated card says otherwise"
    if cost in said[name.model.rpartition("/")[2].lower()]:
        return "another list, or name of the model, says so"
    return name.rule


def test_nearly_every_name_is_priced_or_explained(census):
    rules = Counter((name.price_list, rule) for name, rule in census)
    table(("list", "answer"), rules)
    by_provider = Counter(
        (name.price_list, name.provider, name.mode, "unexplained" if rule is None else "fine")
        for name, rule in census
    )
    table(("list", "provider", "mode", "names"), by_provider)
    for price_list in ("litellm", "genai-prices"):
        of_list = [rule for name, rule in census if name.price_list == price_list]
        fine = sum(rule is not None for rule in of_list)
        missing = [
            f"{name.provider} {name.model}"
            for name, rule in census
            if rule is None and name.price_list == price_list
        ]
        assert Decimal(fine) / len(of_list) >= BAR, missing
        assert len(of_list) > 1000


def test_no_name_is_priced_differently_without_a_reason(census):
    """A wrong price is worse than none."""
    assert Counter(rule for _, rule in census)[EQUAL] > len(census) / 2


def table(header, counts):
    print("\n" + " | ".join((*header, "count")))
    for key, count in sorted(counts.items(), key=lambda item: str(item[0])):
        print(" | ".join((*map(str, key), str(count))))
