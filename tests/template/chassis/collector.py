"""A trace collector that accepts OTLP over HTTP, as a real one does."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from .support import wait_for

ERROR = trace_pb2.Status.STATUS_CODE_ERROR
UNSET = trace_pb2.Status.STATUS_CODE_UNSET
SERVER = trace_pb2.Span.SPAN_KIND_SERVER
CLIENT = trace_pb2.Span.SPAN_KIND_CLIENT


class Span(NamedTuple):
    """A span as received, with ids in W3C's notation."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    status: int
    attributes: dict[str, Any]
    events: list[dict[str, Any]]
    links: list[tuple[str, str]]
    resource: dict[str, Any]
    seconds: float

    @property
    def ids(self) -> tuple[str, str]:
        return self.trace_id, self.span_id


class Collector:
    """Stores the spans that it receives; `hold` makes it hang, `status` makes it refuse them."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.hold = threading.Event()
        self.received = threading.Event()
        self.status = 200
        self.raw = b""
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.received.set()
                while collector.hold.is_set():
                    threading.Event().wait(0.02)
                if collector.status == 200:
                    assert self.path == "/v1/traces"
                    assert self.headers["content-type"] == "application/x-protobuf"
                    collector.raw += body
                    collector.spans += _spans(body)
                self.send_response(collector.status)
                self.end_headers()
                self.wfile.write(ExportTraceServiceResponse().SerializeToString())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hold.clear()
        self._server.shutdown()
        self._server.server_close()

    def span(self, trace_id: str, name: str | None = None) -> Span:
        """Wait for the span of a trace, or the span with this name; return it."""

        def found() -> list[Span]:
            spans = [span for span in list(self.spans) if span.trace_id == trace_id]
            return [span for span in spans if name in (None, span.name)]

        spans = wait_for(found, f"the span {name or ''} of {trace_id}")
        assert len(spans) == 1, spans
        return spans[0]


def _spans(body: bytes) -> list[Span]:
    request = ExportTraceServiceRequest.FromString(body)
    return [
        Span(
            name=span.name,
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_id=span.parent_span_id.hex(),
            kind=span.kind,
            status=span.status.code,
            attributes=_values(span.attributes),
            events=[_values(event.attributes) for event in span.events],
            links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
            resource=_values(resource.resource.attributes),
            seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        )
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _values(attributes: Any) -> dict[str, Any]:
    pairs: list[KeyValue] = list(attributes)
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "") for pair in pairs}
