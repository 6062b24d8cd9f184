"""The providers that a rate card may price: rows of a seed, so that a new one needs no code."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.errors import UserError
from scripts.operations.company import OPTIONAL, files_of_seeds
from scripts.rates.seed_files import read_lines

COLUMNS = [
    *("provider", "provider_kind", "genai_prices_id", "litellm_names", "source"),
    "provider_name",
]
_HOST = "host"


@dataclass(frozen=True)
class Providers:
    """Which of our providers is meant by a name of a price list."""

    kinds: dict[str, str]
    by_genai_id: dict[str, str]
    by_litellm_name: dict[str, str]

    @property
    def offered(self) -> set[str]:
        """Those that one of the lists can have prices of."""
        return {*self.by_genai_id.values(), *self.by_litellm_name.values()}

    def keeps_full_names(self, provider: str) -> bool:
        """Whether its models are those of others, with their makers in their names."""
        return self.kinds.get(provider) == _HOST


def read_providers() -> Providers:
    """The run's providers, ours and the company's. Raises UserError where the seed is no table."""
    found = Providers({}, {}, {})
    for path, is_company in files_of_seeds()["providers"]:
        lines, wrong = read_lines(path, str(path), COLUMNS, is_company, OPTIONAL["providers"])
        if wrong:
            raise UserError(str(wrong[0]))
        for line in lines:
            found.kinds[line["provider"]] = line["provider_kind"]
            if line["genai_prices_id"]:
                found.by_genai_id[line["genai_prices_id"]] = line["provider"]
            for name in line["litellm_names"].split():
                found.by_litellm_name[name] = line["provider"]
    return found
