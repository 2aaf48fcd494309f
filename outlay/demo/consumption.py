"""What one call takes: its model at that time, its tokens by class, how long it lasted, and what a story added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

from outlay.demo.company import Company, Model, Usage, Workflow
from outlay.demo.facts import HOUR, SECOND, Call, instant
from outlay.demo.stories import Chapter, Plot

MOST_INPUT = 190_000  # below the long-context prices of every model
CACHE_HIT = 0.7  # how often an implicit cache (OpenAI, Gemini) still has the prefix
TOKENS_A_SECOND = 160
CUT_STREAMS = 0.006  # share of streams that end before they tell their usage
_COSTLY = ("loop", "storm", "double", "unpriced", "swap", "leak", "prompt", "price-cut", "cache")
_RESPONSE_ID = {"openai": "chatcmpl-", "anthropic": "msg_01"}


class Consumption:
    """Draws calls; remembers which explicit caches are still warm."""

    def __init__(self, company: Company, plot: Plot, random: Random) -> None:
        self._plot, self._random = plot, random
        self._judge = company.models["gpt-4o-mini"]
        self._warm: dict[tuple[str, str], tuple[int, int]] = {}

    def call(
        self,
        workflow: Workflow,
        environment: str,
        at: int,
        turn: int,
        *,
        surge: Chapter | None = None,
        more: bool = False,
    ) -> Call:
        """A billed call that starts at `at`, the task's `turn`-th; `surge`: the story without which
        it would not have been made."""
        random = self._random
        model = self._model(workflow, at)
        prompt = self._plot.on(workflow, "prompt", at)
        plain = workflow.input * random.lognormvariate(0, 0.16) * (1 + (0.03 if surge else 0.1) * turn)
        cached = self._cached(workflow, environment, at, turn)
        output = int(workflow.output * random.lognormvariate(0, 0.25))
        reasoning = int(workflow.reasoning * random.lognormvariate(0, 0.3)) if workflow.reasoning else 0
        usage = _usage(plain * self._context(workflow, at, prompt), cached, output, reasoning)
        before = _usage(plain, cached, output, reasoning)
        ttft = round(random.uniform(0.35, 1.4) + usage.input_tokens / 90_000, 3)
        call = Call(
            span_id=random.getrandbits(64).to_bytes(8, "big"),
            inner_id=random.getrandbits(64).to_bytes(8, "big"),
            started=at,
            ended=at + int(SECOND * (ttft + usage.output_tokens / TOKENS_A_SECOND)),
            model=model,
            usage=usage,
            response_id=self._response_id(model),
            ttft_s=ttft if workflow.streams else None,
            finish="tool_calls" if more else "stop",
            purpose="product" if workflow.output else "embedding",
            prompt_version=prompt.facts["version"] if prompt else workflow.prompt_version,
            hidden=workflow.streams and workflow.emitter == "gateway" and random.random() < CUT_STREAMS,
        )
        return call if call.hidden else replace(call, extras=tuple(self._extras(workflow, call, before, surge)))

    def failure(self, workflow: Workflow, at: int) -> Call:
        """An attempt that the provider refused: it takes time, and no money."""
        random = self._random
        model = self._model(workflow, at)
        prompt = self._plot.on(workflow, "prompt", at)
        return Call(
            span_id=random.getrandbits(64).to_bytes(8, "big"),
            inner_id=random.getrandbits(64).to_bytes(8, "big"),
            started=at,
            ended=at + random.randrange(90_000, 2 * SECOND),
            model=model,
            usage=Usage(),
            response_id="",
            prompt_version=prompt.facts["version"] if prompt else workflow.prompt_version,
            error=model.provider.error,
        )

    def judge(self, at: int) -> Call:
        """A small model scores the task's answer."""
        random = self._random
        usage = Usage(input_uncached=random.randrange(3_000, 9_000), output_text=random.randrange(60, 260))
        return Call(
            span_id=random.getrandbits(64).to_bytes(8, "big"),
            inner_id=b"",
            started=at,
            ended=at + int(SECOND * (0.5 + usage.output_text / TOKENS_A_SECOND)),
            model=self._judge,
            usage=usage,
            response_id=self._response_id(self._judge),
            purpose="judge",
        )

    def _model(self, workflow: Workflow, at: int) -> Model:
        chapter = self._plot.on(workflow, "swap", at) or self._plot.on(workflow, "unpriced", at)
        return chapter.model if chapter and chapter.model else workflow.model

    def _context(self, workflow: Workflow, at: int, prompt: Chapter | None) -> float:
        factor = float(prompt.facts["input_factor"]) if prompt else 1.0
        leak = self._plot.on(workflow, "leak", at)
        return factor * (1 + (leak.facts["grows_to"] - 1) * leak.progress(at) if leak else 1.0)

    def _cached(self, workflow: Workflow, environment: str, at: int, turn: int) -> tuple[str, int]:
        """Which token class the prompt's fixed part falls into, and its size."""
        if not workflow.cached:
            return "input_uncached", 0
        place = (workflow.name, environment)
        last, size = self._warm.get(place, (0, 0))
        if workflow.cache == "1h":
            warm = at - last < HOUR
        else:
            warm = turn > 0 if workflow.cache else self._random.random() < CACHE_HIT
        if not size or (not warm and turn == 0):
            size = int(workflow.cached * self._random.uniform(0.85, 1.15))
        self._warm[place] = (at, size)
        if warm:
            return "cache_read", size
        return (f"cache_write_{workflow.cache}" if workflow.cache else "input_uncached"), size

    def _extras(
        self, workflow: Workflow, call: Call, before: Usage, surge: Chapter | None
    ) -> Iterator[tuple[str, Decimal]]:
        """What each story added to this call, in dollars; `before`: its usage without the story."""
        when, model, usage = instant(call.started), call.model, call.usage
        for kind in _COSTLY:
            chapter = self._plot.on(workflow, kind, call.started)
            if chapter is None or (kind in {"loop", "storm"} and chapter is not surge):
                continue
            cost = model.cost_usd(usage, when)
            match kind:
                case "swap":
                    cost -= workflow.model.cost_usd(usage, when)
                case "leak" | "prompt":
                    cost -= model.cost_usd(before, when)
                case "price-cut":
                    cost -= model.cost_usd(usage, instant(chapter.since - 1))
                case "cache":
                    cost -= model.cost_usd(Usage(usage.input_tokens, 0, 0, 0, usage.output_text, usage.reasoning), when)
            yield chapter.key, cost

    def _response_id(self, model: Model) -> str:
        return f"{_RESPONSE_ID.get(model.provider.name, '')}{self._random.getrandbits(96):024x}"


def _usage(fresh: float, cached: tuple[str, int], output: int, reasoning: int) -> Usage:
    place, size = cached
    usage = Usage(input_uncached=max(min(int(fresh), MOST_INPUT - size), 1), output_text=output, reasoning=reasoning)
    return usage._replace(**{place: getattr(usage, place) + size}) if size else usage
