"""GitHub Copilot, in the terminal and in VS Code: the conventions' spans, with two families of metrics beside them.

The agent's span sums its chats up, without the cache. Records named by the conventions repeat each chat, and
`copilot_chat.agent.turn` sums up turns.
"""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Quirk
from ingest.reading.gen_ai import GEN_AI

COPILOT: Final = Dialect(
    name="copilot",
    rank=1,
    scopes=("github.copilot*", "github-copilot*", "copilot-chat*", "copilot_chat*"),
    events=("gen_ai.client.inference.operation.details",),
    aliases={
        **GEN_AI,
        "ttft_ms": ("copilot_chat.time_to_first_token", "github.copilot.time_to_first_token"),
        "user_id": ("enduser.id", "user.email", "user.id", "github.copilot.user.login"),
    },
    quirks=(
        Quirk("the agent's span sums its chats up, and leaves the cache out", "copilot-cli/agent"),
        Quirk("counters and histograms count the same tokens", "copilot-cli/agent"),
    ),
)
