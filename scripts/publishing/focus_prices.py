"""The price list in the words of FOCUS 1.5, as far as its working draft has them: SKU Price.

A row is what one meter of a model costs in one span of time, by the rate card as it is known now:
list prices alone, because not everybody who reads a price list may read what was negotiated. The
columns are the mandatory ones of the draft, the region, and our own behind x_. The list has no
months: each export is a snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from scripts.accounting.entries import safe_text
from scripts.accounting.focus_file import quoted
from scripts.publishing import focus_lines

NAME = "sku_price_v1_5"
# The columns of the draft in its order, ours behind them; each as decimal, timestamp or text.
KINDS = {
    "ChargeCategory": "text", "ContractId": "text", "PricingCurrency": "text",
    "PricingCurrencyCategory": "text", "PricingRegionId": "text", "PricingServiceName": "text",
    "PricingUnit": "text", "ServiceProviderName": "text", "SkuId": "text",
    "SkuPriceCreated": "timestamp", "SkuPriceDescription": "text",
    "SkuPriceEffectiveEnd": "timestamp", "SkuPriceEffectiveStart": "timestamp",
    "SkuPriceEligibility": "text", "SkuPriceId": "text", "SkuPriceLastUpdated": "timestamp",
    "UnitPrice": "decimal", "UnitPriceType": "text", "x_ContextStartTokens": "text",
    "x_Meter": "text", "x_ModelId": "text", "x_PriceCardVersion": "text", "x_ServiceTier": "text",
}  # fmt: skip
_METERS = """
    select meter, sku_meter, pricing_unit, pricing_block_size from seeds.focus_meters
    where meter != 'lump_sum' order by 1
"""
_PROVIDERS = "select provider, service_provider_name, service_name from seeds.focus_providers"
# Created and updated: the first state of the card that has the row, and that has it as it is now.
_PRICES = """
    with known as (
        select
            *,
            min(as_of_recorded_at) over (partition by {key}, valid_from) as created_at,
            min(as_of_recorded_at) over (
                partition by {key}, valid_from, valid_to, {rate}
            ) as updated_at
        from intermediate.int_rate_windows_by_state where {rate} is not null
    )
    select {key}, valid_from, valid_to, {rate}, known.price_card_version, created_at, updated_at
    from known
    inner join intermediate.int_rate_card_states as states
        on known.as_of_recorded_at = states.as_of_recorded_at
    where states.is_current order by {key}, valid_from
"""
_KEY = "provider, model, service_tier, region_scope, context_start_tokens"
# What a span has that begins or ends nowhere (open_dates.sql).
_OPEN = (datetime(1900, 1, 1), datetime(9999, 12, 31))


def price_id(sku: str, tier: str, region: str, context: object) -> str:
    """The id of a price: by what it is a price of, never by its amount, time or contract."""
    return f"{sku}/{tier}/{region}/{context}"


def of_draft(sku: str | None, found: str | None) -> str | None:
    """The id of a price in a file of 1.4 as the draft wants it; others are as they were."""
    if not sku or not found or not found.startswith(f"{sku}/"):
        return found
    parts = found.removeprefix(f"{sku}/").split("/")
    # tier, region, context, then the digest of the rates and where there is one the contract
    return price_id(sku, *parts[:3]) if len(parts) > 3 else found


def rows(connection) -> Iterator[tuple]:
    """The list as it is known now, in the order of KINDS."""
    meters = connection.execute(_METERS).fetchall()
    names = {row[0]: row[1:] for row in connection.execute(_PROVIDERS).fetchall()}
    for meter, *words in meters:
        sql = _PRICES.format(key=_KEY, rate=f"{meter}_rate_usd")
        for span in _joined(connection.execute(sql).fetchall()):
            yield _row(meter, words, names, span)


def _joined(spans: list[tuple]) -> Iterator[tuple]:
    """Spans that follow each other at one price are one: another meter had the new price."""
    last: tuple = ()
    for span in spans:
        if last and (*span[:5], span[5], span[7]) == (*last[:5], last[6], last[7]):
            created, updated = min(last[9], span[9]), max(last[10], span[10])
            last = (*last[:6], span[6], *last[7:9], created, updated)
            continue
        if last:
            yield last
        last = span
    if last:
        yield last


def _row(meter: str, words: list, names: dict, span: tuple) -> tuple:
    provider, model, tier, region, context, start, end, rate, card, created, updated = span
    sku_meter, unit, block = words
    sku = f"{provider}/{model}/{meter}"
    issuer, service = names.get(provider, (provider, provider))
    said = [sku_meter, model]
    said += [] if tier == "standard" else [tier]
    said += [] if region == "global" else [region]
    said += [f"from {context:,} tokens of context"] if context else []
    return (
        "Usage", None, "USD", "Payable", None if region == "global" else region, service, unit,
        issuer, sku, created, ", ".join(said), _instant(end), _instant(start),
        '{"IsGlobalScope": true}', price_id(sku, tier, region, context), updated, rate * block,
        "List", str(context), meter, model, card, tier,
    )  # fmt: skip


def _instant(at: datetime) -> datetime | None:
    return None if at in _OPEN else at


def csv_lines(found: list[tuple]) -> Iterator[str]:
    """The list as CSV, in the form of the other files."""
    yield focus_lines.header(KINDS)
    for row in found:
        yield ",".join(map(_cell, row)) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, Decimal):
        whole, _, digits = f"{value:f}".partition(".")
        return f"{whole}.{digits.rstrip('0') or '0'}"
    return quoted(safe_text(str(value)))
