"""Where counting tokens is not enough: models that are also, or only, billed by something nobody's spans count."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genai_prices.types import ModelInfo, ModelPrice

_SPEAKING = re.compile(r"audio|voxtral")

_UNITS = {
    "audio_hours": "hour of audio",
    "input_audio_hours": "hour of audio",
    "input_mchars": "character",
    "input_document_kpages": "page",
    "input_annotated_document_kpages": "page",
    "input_text_messages_kcount": "message",
}


def price_sets(model: ModelInfo) -> Iterator[ModelPrice]:
    """Every set of standard prices of a model, whenever it holds."""
    if isinstance(model.prices, list):
        yield from (each.prices for each in model.prices)
    else:
        yield model.prices


def gap(model: ModelInfo, location: str | None = None) -> str | None:
    """Why the list's token prices do not tell what a call of this model costs; None when they do.

    `location` is where a Vertex resource name says that the model runs.
    """
    keys = {key for prices in price_sets(model) for key, price in vars(prices).items() if price is not None}
    tokens = any(key.endswith("_mtok") for key in keys)
    if "output_image_mtok" in keys or "output_video_mtok" in keys or model.id.startswith("gpt-image"):
        return "its image and video tokens have prices of their own, and the counts do not tell them apart"
    if "requests_kcount" in keys or "output_citation_mtok" in keys:
        return "it is also billed by how much it searched, which no count tells"
    if tokens and "audio_hours" in keys and "input_audio_hours" not in keys:
        return "it is also billed by the minute, which no count tells"
    if not tokens and (unit := next((_UNITS[key] for key in sorted(keys) if key in _UNITS), None)):
        return f"it is sold by the {unit}, not by the token"
    if location not in (None, "global") and "10% premium" in (model.price_comments or ""):
        return f"the list has the price of the global endpoint, and {location} is billed above it"
    return None


def audio_apart(model: ModelInfo, prices: ModelPrice) -> bool:
    """Whether audio tokens never cost what text does, so that a list without their price does not tell it.

    So it is for OpenAI's audio models, of which the list has some with the text price only, and for those that bill
    what they hear by its length.
    """
    by_length = prices.audio_hours is not None or prices.input_audio_hours is not None
    return by_length or _SPEAKING.search(model.id.lower()) is not None
