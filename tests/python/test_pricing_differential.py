"""Random requests against genai-prices, an independent price list with code of its own.

Harm guarded against: a rate that was copied wrong into the seeds, or a reading of providers' rules
that nobody else shares. Every disagreement must be one that differential_rules.py names.
"""

from collections import Counter

import pytest

from tests.python.differential_rules import RULES, Case
from tests.python.genai_prices_side import draw, price, rare
from tests.python.rate_oracle import Oracle

SEED, COUNT = 7, 12000


def requests():
    return draw(COUNT, SEED, Oracle()) + rare()


@pytest.fixture(scope="module")
def cases(priced):
    oracle = Oracle()
    found = []
    for request in requests():
        ours = priced[request.request_id]
        theirs = price(request, ours.provider, oracle.tier(ours.provider, request.tier_name))
        found.append(Case(request, ours, theirs, oracle))
    return found


def explanations(case: Case) -> list[list[str]]:
    """For each thing that differs, the rules that explain it."""
    things = [None] if case.ours.status != "priced" else case.differing_meters()
    return [[rule.name for rule in RULES if rule.explains(case, thing)] for thing in things]


def disagrees(case: Case) -> bool:
    return case.ours.cost != case.theirs.cost


def test_every_disagreement_has_a_named_reason(cases):
    unexplained, used, disagreeing = [], Counter(), 0
    for case in filter(disagrees, cases):
        disagreeing += 1
        found = explanations(case)
        if not found or not all(found):
            unexplained.append(case)
        # the first rule that explains it is its reason
        used.update({names[0] for names in found if names})
    for name, count in used.most_common():
        print(f"{count:>6} {name}")
    print(f"{len(cases) - disagreeing:>6} agree, of {len(cases)}")
    assert not unexplained, f"{len(unexplained)} unexplained; the first:\n{unexplained[0]}"
    assert {rule.name for rule in RULES} == set(used), "a rule explains nothing any more"
    assert len(cases) - disagreeing > COUNT / 3


def test_the_rules_explain_no_agreement_away(cases):
    """Where no meter differs, no rule may be needed: costs are sums of meters on both sides."""
    for case in cases:
        if case.ours.status == "priced" and not disagrees(case):
            assert case.differing_meters() == [], case.request
