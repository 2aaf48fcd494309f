"""Which attributes carry texts of prompts and completions: one table of keys.

In a rule `#` stands for one digit, `~` for one part of a dotted key, and a `*` at the end for whatever follows.
The table is by key because a key says what a value is; a value does not.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Final

# What is replaced by its length and digest.
TEXTS: Final = {
    "OpenTelemetry GenAI, current and older": """
        gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions gen_ai.prompt gen_ai.prompt.#*
        gen_ai.completion gen_ai.completion.#* gen_ai.content.* gen_ai.event.content gen_ai.tool.definitions
        gen_ai.tool.description gen_ai.tool.json_schema gen_ai.tool.args gen_ai.tool.message gen_ai.tool.input
        gen_ai.tool.output gen_ai.tool.call.arguments gen_ai.tool.call.result gen_ai.task.input gen_ai.task.output
        gen_ai.agent.description gen_ai.agent.instructions gen_ai.evaluation.explanation
        gen_ai.guardrail.result.reason gen_ai.guardrail.input gen_ai.guardrail.output gen_ai.retrieval.query.text
        gen_ai.retrieval.documents gen_ai.request.structured_output_schema gen_ai.crewai.*
        exception.stacktrace error.stack_trace error.stack process.command_args process.command_line
        http.request.body http.request.body.content http.response.body http.response.body.content
        db.query.result.document db.query.result.metadata db.query.result.vector db.query.embeddings.vector
    """,
    "OpenInference": """
        input.value output.value llm.input_messages.* llm.output_messages.* llm.prompts llm.prompts.* llm.choices.*
        llm.completions.* llm.function_call llm.prompt_template.template llm.prompt_template.variables llm.tools.*
        message.* message_content.* tool.description tool.parameters tool.json_schema
        tool_call.function.arguments retrieval.documents.* reranker.input_documents.* reranker.output_documents.*
        reranker.query document.content document.metadata embedding.text embedding.vector embedding.embeddings.*
        evaluation.explanation evaluations.* annotation.explanation image.url audio.url audio.transcript
        input.audio.* output.audio.*
    """,
    "OpenLLMetry and LiteLLM": """
        traceloop.entity.input traceloop.entity.output traceloop.prompt.template
        traceloop.prompt.template_variables.* llm.request.functions.* llm.~.messages llm.~.content llm.~.choices
        llm.~.system llm.~.tools llm.~.functions llm.~.input llm.~.output llm.~.instructions llm.~.prompt
        llm.~.contents llm.~.text
    """,
    "Vercel AI SDK": """
        ai.prompt ai.prompt.* ai.response.text ai.response.object ai.response.toolCalls ai.response.reasoning
        ai.response.files ai.result.* ai.toolCall.args ai.toolCall.result ai.value ai.values ai.embedding
        ai.embeddings ai.schema ai.documents ai.query
    """,
    "Langfuse, MLflow, Logfire and Pydantic AI": """
        langfuse.observation.input langfuse.observation.output langfuse.trace.input langfuse.trace.output
        mlflow.spanInputs mlflow.spanOutputs mlflow.traceInputs mlflow.traceOutputs mlflow.chunk.value
        mlflow.chat.tools mlflow.chat.messages pydantic_ai.all_messages pydantic_ai.variable_instructions
        all_messages_events all_messages final_result response_data events tool_arguments tool_response raw_input
        logfire.msg
    """,
    "frameworks and agents": """
        haystack.component.input haystack.component.output haystack.pipeline.input_data
        haystack.pipeline.output_data crew_tasks crew_agents crew_inputs crew_tasks_results crewai.task.*
        crewai.agent.* crewai.crew.result crewai.crew.tasks_output crewai.human_feedback.*
        formatted_description formatted_expected_output gcp.vertex.agent.llm_request
        gcp.vertex.agent.llm_response gcp.vertex.agent.tool_call_args gcp.vertex.agent.tool_response
        gcp.vertex.agent.data agentops.entity.input agentops.entity.output guard.explanation
        validator.validate.input.value validator.validate.output.value tool.result function_args request_text
        response_text
    """,
    "coding agents": """
        system_prompt_preview new_context system_reminders response.model_output response.thinking_output body
        reasoning truncated_sequence
    """,
    "plain names, on events and on spans of one's own": """
        content contents message messages prompt prompts completion completions text input inputs output outputs
        response instructions system system_prompt system_instruction user_prompt question answer query arguments
        args kwargs tools functions tool_calls tool_input tool_output tool_parameters tool_args tool_result
        documents return return_value
    """,
}
# JSON of settings, in which only numbers, switches and a few names are no text.
SETTINGS: Final = """
    llm.invocation_parameters embedding.invocation_parameters ai.response.providerMetadata request_data
    model_request_parameters model_settings
"""
# Messages about errors: they help, and providers quote the prompt in them.
MESSAGES: Final = """
    exception.message error.message error exception gen_ai.error.message otel.status_description status_message
    langfuse.observation.status_message validator.validate.output.error_message error_message
    routing.error_message
"""
# A log record's body is a text, unless it is nothing but the name of an event of these families.
_EVENT_NAME: Final = re.compile(
    r"(?:claude_code|codex|gemini_cli|qwen-code|gen_ai|copilot_chat)(?:\.[a-z][a-z0-9_]{0,40}){1,6}"
)
# Events that are texts by their name, whatever their attributes are called.
CONTENT_EVENTS: Final = """
    gen_ai.user.message gen_ai.system.message gen_ai.assistant.message gen_ai.tool.message gen_ai.choice
    gen_ai.content.* llm.content.*
"""
# The last part of a key that names something even inside such a family or event.
IDENTIFYING: Final = """
    role name id type finish_reason tool_call_id call_id index score version mime_type start_time end_time
"""


class Carries(Enum):
    """What the value of a key is."""

    FACT = "a fact: kept"
    TEXT = "a text: its length and digest are kept"
    SETTINGS = "settings: numbers, switches and a few names are kept"
    MESSAGE = "a message: its beginning is kept"
    NAME = "what identifies something in a family of texts: kept as long as it is as short as a name"


def _whole(rules: str) -> re.Pattern[str]:
    signs = {"#": "[0-9]", "~": "[A-Za-z0-9_-]+", "*": ".*"}
    ways = ("".join(signs.get(letter, re.escape(letter)) for letter in rule) for rule in rules.split())
    return re.compile("|".join(ways), re.DOTALL)


_IDENTIFYING: Final = frozenset(IDENTIFYING.split())
ALL_TEXTS: Final = " ".join(TEXTS.values())
_IS_TEXT: Final = _whole(ALL_TEXTS)
_IS_SETTINGS: Final = _whole(SETTINGS)
_IS_MESSAGE: Final = _whole(MESSAGES)
_IS_CONTENT_EVENT: Final = _whole(CONTENT_EVENTS)


@lru_cache(maxsize=8_192)
def carries(key: str) -> Carries:
    """What the value of an attribute with this key is."""
    if _IS_MESSAGE.fullmatch(key):
        return Carries.MESSAGE
    if _IS_SETTINGS.fullmatch(key):
        return Carries.SETTINGS
    if _IS_TEXT.fullmatch(key):
        return Carries.NAME if "." in key and names(key) else Carries.TEXT
    return Carries.FACT


@lru_cache(maxsize=1_024)
def is_content_event(name: str) -> bool:
    """Whether everything an event of this name holds is a text, but for what identifies it."""
    return _IS_CONTENT_EVENT.fullmatch(name) is not None


@lru_cache(maxsize=1_024)
def is_event_name(body: str) -> bool:
    """Whether a log record's body only names its event."""
    return not body or _EVENT_NAME.fullmatch(body) is not None


def names(key: str) -> bool:
    """Whether the last part of a key says that its value identifies rather than tells."""
    return key.rpartition(".")[2] in _IDENTIFYING
