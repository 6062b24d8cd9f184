"""The examples that applications copy do what they promise.

Harm guarded against: a call without an owner from a client that was said to have none such.
"""

import importlib.util
import sys

import pytest

from tests.python.documents import ROOT


def example(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look up their annotations
    spec.loader.exec_module(module)
    return module


class Messages:
    def create(self, *, model, extra_headers=None):
        return model, extra_headers

    def count(self):
        return 7


class Client:
    def __init__(self, timeout=1):
        self.messages = Messages()
        self.timeout = timeout

    def with_options(self, timeout):
        return Client(timeout)


@pytest.fixture(scope="module")
def owned():
    return example("owned_client")


def test_every_call_names_its_owner(owned):
    owner = owned.Owner("growth", "copywriter", "drafts", "production")
    client = owned.OwnedClient(Client(), owner)
    tags = {
        "x-owner-team": "growth",
        "x-owner-service": "copywriter",
        "x-owner-feature": "drafts",
        "x-owner-env": "production",
    }
    assert client.messages.create(model="m") == ("m", tags)
    theirs = {"x-trace-id": "t", "x-owner-team": "another"}
    _, sent = client.messages.create(model="m", extra_headers=theirs)
    assert sent == {"x-trace-id": "t"} | tags
    assert client.messages.count() == 7 and client.timeout == 1
    again = client.with_options(timeout=5)
    assert again.timeout == 5 and again.messages.create(model="m") == ("m", tags)


def test_a_client_without_an_owner_does_not_start(owned):
    with pytest.raises(owned.MissingOwner, match="no service, environment"):
        owned.Owner("growth", "", "drafts", " ")
    with pytest.raises(owned.MissingOwner):
        owned.OwnedClient(Client(), None)


def test_a_client_that_nothing_wraps_fails_the_build(tmp_path, capsys):
    rule = example("find_untagged_calls")
    (tmp_path / "good.py").write_text(
        "client = OwnedClient(openai.OpenAI(), owner)\nother = OpenAI()  # untagged: a probe\n"
    )
    assert rule.main([str(tmp_path)]) == 0
    bad = tmp_path / "bad.py"
    bad.write_text("import anthropic\n\nclient = anthropic.Anthropic()\n")
    assert rule.main([str(tmp_path)]) == 1
    assert f"{bad}:3: Anthropic without an owner" in capsys.readouterr().out
