"""OTLP's rules for each codec in each compression, over HTTP and gRPC (opentelemetry-proto, docs/specification.md)."""

from __future__ import annotations

from collections.abc import Iterator

import fault_processes as processes
import grpc
import orjson
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from otlp_bodies import COMPRESSIONS, JSON, PROTOBUF, written
from otlp_requests import CHAT, request, span

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
GOOD = request(span(CHAT))
ONE_BAD = request(span(CHAT), span(CHAT, number=0))
NOTHING = ExportTraceServiceRequest()
EMPTY = {PROTOBUF: b"", JSON: b"{}"}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[processes.Worker]:
    home = tmp_path_factory.mktemp("otlp")
    limits = {"body_bytes": 100_000}
    with processes.reserved() as address, processes.Worker(home, grpc=address, limits=limits) as started:
        started.grpc = address
        yield started


def sent(worker: processes.Worker, body: bytes, codec: str, compression: str) -> tuple[int, str, bytes]:
    name, squeeze = COMPRESSIONS[compression]
    headers = {"content-type": codec} | ({"content-encoding": name} if name else {})
    answer = worker.client.post("/v1/traces", content=squeeze(body), headers=headers)
    return answer.status_code, answer.headers["content-type"], answer.content


@pytest.mark.parametrize("codec", [PROTOBUF, JSON])
@pytest.mark.parametrize("compression", COMPRESSIONS)
class TestOverHttp:
    @pytest.mark.parametrize("whole", [GOOD, NOTHING], ids=["a span", "nothing"])
    def test_success_is_an_empty_response(
        self, worker: processes.Worker, whole: ExportTraceServiceRequest, codec: str, compression: str
    ) -> None:
        assert sent(worker, written(whole, codec), codec, compression) == (200, codec, EMPTY[codec])

    def test_partial_success_counts_what_was_rejected_and_says_why(
        self, worker: processes.Worker, codec: str, compression: str
    ) -> None:
        status, kind, body = sent(worker, written(ONE_BAD, codec), codec, compression)
        if codec == PROTOBUF:
            partial = ExportTraceServiceResponse.FromString(body).partial_success
            told = (partial.rejected_spans, bool(partial.error_message))
        else:
            partial = orjson.loads(body)["partialSuccess"]
            told = (int(partial["rejectedSpans"]), bool(partial["errorMessage"]))
        assert (status, kind, told) == (200, codec, (1, True))

    def test_what_cannot_be_decoded_is_refused_for_good_with_a_status(
        self, worker: processes.Worker, codec: str, compression: str
    ) -> None:
        status, kind, body = sent(worker, b"\xff\xff\xff", codec, compression)
        code = body[1] if codec == PROTOBUF else orjson.loads(body)["code"]
        assert (status, kind, code) == (400, codec, 3)

    def test_a_body_that_is_too_large_once_inflated_is_refused(
        self, worker: processes.Worker, codec: str, compression: str
    ) -> None:
        status, kind, _ = sent(worker, b" " * 200_000, codec, compression)
        assert (status, kind) == (413, codec)


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip, grpc.Compression.Deflate])
@pytest.mark.parametrize(("whole", "rejected"), [(GOOD, 0), (NOTHING, 0), (ONE_BAD, 1)], ids=["good", "none", "bad"])
def test_over_grpc_the_response_is_the_same(
    worker: processes.Worker, whole: ExportTraceServiceRequest, rejected: int, compression: grpc.Compression | None
) -> None:
    with grpc.insecure_channel(worker.grpc) as channel:
        answer = channel.unary_unary(EXPORT)(
            whole.SerializeToString(), compression=compression, timeout=processes.PATIENCE_S
        )
    assert ExportTraceServiceResponse.FromString(answer).partial_success.rejected_spans == rejected


def test_over_grpc_what_cannot_be_decoded_is_an_invalid_argument(worker: processes.Worker) -> None:
    with grpc.insecure_channel(worker.grpc) as channel, pytest.raises(grpc.RpcError) as refused:
        channel.unary_unary(EXPORT)(b"\xff\xff\xff", timeout=processes.PATIENCE_S)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
