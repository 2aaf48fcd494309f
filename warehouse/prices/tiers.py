"""The service tier a call was billed in, from the word a provider or an emitter has for it."""

from __future__ import annotations

STANDARD = "standard"

# Words for "as everybody, pay as you go". Anthropic's and OpenAI's `auto` is a request; the response tells what it got.
_STANDARD = frozenset({
    "", "auto", "default", "none", "normal", "null", "on-demand", "on_demand", "ondemand", "regular", "standard",
    "service_tier_default", "service_tier_standard", "service_tier_unspecified", "standard_only",
    "traffic_type_unspecified", "unspecified",
})  # fmt: skip
_MEANT = {
    "batch_api": "batch",
    "batches": "batch",
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "service_tier_flex": "flex",
    "service_tier_priority": "priority",
}
# Tiers that a provider sells at its standard price (Groq's documentation, Flex Processing: "Pricing matches the
# on-demand tier").
_AT_STANDARD_PRICE = frozenset({("groq", "flex")})


def tier(seller: str | None, told: str) -> str:
    """`standard`, `batch`, `flex`, `priority`, `fast`, or the provider's own word for a tier that has no other name."""
    word = told.strip(" \"'").lower().replace(" ", "_")
    meant = STANDARD if word in _STANDARD else _MEANT.get(word, word)
    return STANDARD if (seller, meant) in _AT_STANDARD_PRICE else meant
