"""LiteLLM's cost_per_token for each record, with the prices that it brings."""

from __future__ import annotations

import os

# before the import: it would ask the network for newer prices
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from lines import main


def price(_provider: str, model: str, whole: int, read: int, write: int, output: int) -> float:
    """USD of a record; raises where LiteLLM knows no price."""
    return sum(
        litellm.cost_per_token(
            model=model,
            prompt_tokens=whole,
            completion_tokens=output,
            cache_read_input_tokens=read,
            cache_creation_input_tokens=write,
        )
    )


if __name__ == "__main__":
    main(price)
