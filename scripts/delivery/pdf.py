"""A page as PDF: the same bytes for the same page, on one machine with its fonts.

WeasyPrint writes no date and no random id. It may fetch nothing: a name that became markup could
otherwise read a file or call an address.
"""

from __future__ import annotations

import logging

from scripts.errors import UserError

_NEEDS = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def pdf(html: str) -> bytes:
    """The PDF of a page; UserError where what draws it is not installed."""
    try:
        import weasyprint  # takes half a second, and libraries of the system
    except ImportError:
        raise UserError("WeasyPrint is not installed; run `make setup`") from None
    except OSError as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"a PDF needs Pango (Debian: apt install {_NEEDS}): {reason}") from None
    # Style sheets of screens hold what paper has no use for; each would be a warning.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return weasyprint.HTML(string=html, url_fetcher=_nothing).write_pdf()


def _nothing(url: str, *_: object, **__: object) -> None:
    raise ValueError(f"not fetched: {url}")
