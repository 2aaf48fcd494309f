"""The log on stderr: one line for each event, ours and those of libraries, with counts and names, never a prompt."""

from __future__ import annotations

import logging
import sys
from typing import Final, TextIO, cast

import structlog
from structlog.typing import ExcInfo, Processor

from ingest.lines import Lines

AS_JSON: Final[Processor] = structlog.processors.JSONRenderer()
WITH_ITS_WORDS: Final[Processor] = structlog.processors.format_exc_info


def log_to_stderr(least: int = logging.INFO, *, shown: Processor = AS_JSON, error: Processor = WITH_ITS_WORDS) -> None:
    """Write our events from a level on; libraries speak up only when something is wrong."""
    every: list[Processor] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    structlog.configure(
        processors=[*every, error, shown],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        # Asked at every event: stderr may have been pointed elsewhere since.
        logger_factory=lambda *_: structlog.PrintLogger(_stderr()),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_stderr())
    handler.setLevel(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *every],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, error, shown],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def without_its_words(exc_info: ExcInfo) -> str:
    """Where an exception comes from and what kind it is, without its message: that may quote what was sent."""
    kind, _, trace = exc_info
    places: list[str] = []
    while trace:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " > ".join([*places, kind.__name__])


WITHOUT_ITS_WORDS: Final[Processor] = structlog.processors.ExceptionRenderer(without_its_words)


def _stderr() -> TextIO:
    return cast(TextIO, Lines(sys.stderr))
