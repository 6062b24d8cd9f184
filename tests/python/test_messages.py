"""The page of exit codes and messages names all of them.

Harm guarded against: somebody on call who searches the documentation for what the night said and
finds nothing.
"""

from tests.python import messages


def test_the_page_is_what_the_code_says():
    found = messages.PAGE.read_text(encoding="utf-8")
    assert found == messages.page(), "run: .venv/bin/python -m tests.python.messages"


def test_the_list_is_not_empty_by_accident():
    texts = [text for text, _ in messages.said()]
    assert len(texts) > 100
    assert any(text.startswith("no landing folder at ...") for text in texts)
    assert any("No headline: the build failed" in text for text in texts)
    assert any("closed months: ..." in text for text in texts)
