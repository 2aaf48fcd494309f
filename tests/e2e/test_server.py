"""The server: what dies comes back and loses nothing, what stops leaves nobody behind, a refusal is a sentence."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span
from serving import FREE_PORTS, PATIENCE_S, Running, children, outlay, serving


def spans(count: int) -> bytes:
    made = [
        Span(trace_id=os.urandom(16), span_id=os.urandom(8), name="chat", start_time_unix_nano=time.time_ns())
        for _ in range(count)
    ]
    return ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=made)])]
    ).SerializeToString()


def send(server: Running, count: int) -> int:
    headers = {"content-type": "application/x-protobuf"}
    url = f"{server.otlp_url}/v1/traces"
    return httpx2.post(url, content=spans(count), headers=headers, trust_env=False, timeout=PATIENCE_S).status_code


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
    return true()


def kill(server: Running, child: int) -> None:
    """kill -9, done when it is gone: until then it may still take a connection, and its sender into the grave."""
    os.kill(child, signal.SIGKILL)
    assert until(lambda: child not in children(server.pid, ""))


def test_while_the_core_is_down_spans_are_accepted_and_then_read(fresh: Running) -> None:
    before = fresh.status()["spans"]
    (core,) = children(fresh.pid, "outlay.serving.core")
    kill(fresh, core)
    accepted = [send(fresh, 10) for _ in range(5)]
    fresh.wait_for_spans(before + 50)
    assert (accepted, children(fresh.pid, "outlay.serving.core") != [core]) == ([200] * 5, True)


def test_a_killed_ingest_process_comes_back_and_nobody_is_refused(fresh: Running) -> None:
    first, *others = children(fresh.pid, "ingest_process")
    kill(fresh, first)
    assert [send(fresh, 1) for _ in range(20)] == [200] * 20
    assert until(lambda: len(children(fresh.pid, "ingest_process")) == 1 + len(others))


def test_the_core_is_told_to_give_memory_back(fresh: Running) -> None:
    (core,) = children(fresh.pid, "outlay.serving.core")
    told = {variable.partition("=")[0] for variable in Path(f"/proc/{core}/environ").read_text().split("\0")}
    assert told >= {"MALLOC_ARENA_MAX", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"}


def test_commands_go_to_the_running_server(fresh: Running) -> None:
    shown = outlay("status", "--home", str(fresh.home))
    assert f"Process {fresh.pid} accepts spans at {fresh.otlp_url}" in shown.stdout


def test_a_stopped_server_leaves_nobody_behind_and_its_home_is_free(tmp_path: Path) -> None:
    with serving(tmp_path / "home", tmp_path / "serve.log") as server:
        started = children(server.pid, "outlay")
        send(server, 3)
        server.wait_for_spans(3)
    alive = [pid for pid in started if Path(f"/proc/{pid}").exists()]
    after = outlay("status", "--home", str(server.home), "--json")
    assert (len(started), alive, after.returncode, (server.home / "server.json").exists()) == (3, [], 0, False)


def test_the_children_of_a_killed_server_leave_by_themselves(tmp_path: Path) -> None:
    with serving(tmp_path / "home", tmp_path / "serve.log") as server:
        started = children(server.pid, "outlay")
        os.kill(server.pid, signal.SIGKILL)
        assert until(lambda: not [pid for pid in started if Path(f"/proc/{pid}").exists()])


def test_a_home_that_is_served_is_refused_in_one_sentence(fresh: Running) -> None:
    refused = outlay("serve", "--home", str(fresh.home), "--otlp-port", "0", "--web-port", "0")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"outlay: {fresh.home} is in use by process ")
    assert refused.stderr.count("\n") == 1


def test_a_port_in_use_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        refused = outlay("serve", "--home", str(tmp_path / "home"), "--otlp-port", port)
    assert (refused.returncode, refused.stderr) == (
        1,
        f"outlay: 127.0.0.1 port {port} is in use by another process; choose another with --otlp-port\n",
    )


def test_strangers_are_not_let_in_while_keys_are_off(tmp_path: Path) -> None:
    refused = outlay("serve", "--home", str(tmp_path / "home"), "--host", "0.0.0.0")  # noqa: S104 - refused is the point
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "outlay: 0.0.0.0 is reached from other machines, and keys are off: set keys.required"
    )
    assert refused.stderr.count("\n") == 1


def test_broken_settings_are_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "outlay.toml").write_text("[server\n", encoding="utf-8")
    refused = outlay("serve", "--home", str(tmp_path))
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert refused.stderr.startswith(f"outlay: {tmp_path / 'outlay.toml'} is not TOML: ")


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs", "/nowhere"])
def test_the_two_addresses_answer_for_themselves_only(fresh: Running, path: str) -> None:
    answer = httpx2.post(f"{fresh.web_url}{path}", trust_env=False, timeout=PATIENCE_S)
    assert answer.status_code in {403, 404, 405}


def test_a_channel_that_may_not_be_called_is_refused_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "outlay.toml").write_text('[alerts]\nwebhook_url = "http://169.254.169.254/x"\n')
    refused = outlay("serve", "--home", str(tmp_path), *FREE_PORTS)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert "outlay.toml, alerts.webhook_url: 169.254.169.254 would be called over plain http" in refused.stderr
