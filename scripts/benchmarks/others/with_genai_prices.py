"""calc_price of genai-prices for each record, with the prices that it brings."""

from __future__ import annotations

from genai_prices import Usage, calc_price
from lines import main


def price(provider: str, model: str, whole: int, read: int, write: int, output: int) -> float:
    """USD of a record; raises where genai-prices knows no price."""
    usage = Usage(
        input_tokens=whole, cache_read_tokens=read, cache_write_tokens=write, output_tokens=output
    )
    return float(calc_price(usage, model_ref=model, provider_id=provider).total_price)


if __name__ == "__main__":
    main(price)
