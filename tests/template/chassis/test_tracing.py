"""Traces: contents and parents of spans; the collector never delays anything."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.template.fake_triton import FakeTriton

from . import support

if not support.TRACING:
    pytest.skip("the service has no traces", allow_module_level=True)

from chassis import tracing
from chassis.identity import SERVICE, service_version

from .collector import CLIENT, ERROR, SERVER, UNSET, Collector, Span

Launch = Callable[..., support.Server]

SOON = {"OTEL_BSP_SCHEDULE_DELAY": "50"}  # milliseconds
AWAY = "http://127.0.0.1:1"
PARENT = "00f067aa0ba902b7"


def new_trace() -> str:
    return os.urandom(16).hex()


def client_headers(trace: str, flags: str = "01", **more: str) -> dict[str, str]:
    """Return the headers of a tracing client."""
    return {"traceparent": f"00-{trace}-{PARENT}-{flags}"} | more


def sampled(flags: str) -> bool:
    return bool(int(flags, 16) & 1)  # another flag says that the trace's id is random


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, collector: Collector
) -> Iterator[support.Server]:
    folder = tmp_path_factory.mktemp("traced")
    settings = SOON | {"APP__TRACING__ENDPOINT": f"{collector.endpoint}/"}
    with support.Server(folder, "traced:app", **settings) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def traced(server: support.Server, collector: Collector) -> Callable[..., Span]:
    """Send a request of a tracing client; return the resulting span."""

    def traced(path: str, method: str = "GET") -> Span:
        trace = new_trace()
        server.request(path, method, headers=client_headers(trace))
        return collector.span(trace)

    return traced


# --- A request ---------------------------------------------------------------------------------


def test_request_span_is_named_after_its_route(traced: Callable[..., Span]) -> None:
    span = traced("/library/shelves/a/books/b?token=hidden")

    assert span.name == "GET /library/shelves/{shelf}/books/{book}"
    assert span.kind == SERVER
    assert span.status == UNSET
    assert span.attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/library/shelves/{shelf}/books/{book}",
        "url.path": "/library/shelves/a/books/b",
        "url.scheme": "http",
    }
    assert span.resource["service.name"] == SERVICE
    assert span.resource["service.version"] == service_version()


def test_span_contains_no_secrets(server: support.Server, collector: Collector) -> None:
    trace = new_trace()
    secrets = {"authorization": "Bearer s3cret", "cookie": "session=s3cret", "user-agent": "s3cret"}
    server.request("/outgoing?password=s3cret", headers=client_headers(trace, **secrets))

    collector.span(trace)
    assert b"s3cret" not in collector.raw


def test_request_span_is_a_child_of_the_clients(traced: Callable[..., Span]) -> None:
    assert traced("/outgoing").parent_id == PARENT


@pytest.mark.parametrize(
    "given", [None, "nonsense", f"00-{'0' * 32}-{PARENT}-01", f"ff-{'a' * 32}-{PARENT}-01"]
)
def test_trace_begins_without_a_tracing_client(
    server: support.Server, collector: Collector, given: str | None
) -> None:
    headers = {"traceparent": given} if given else {}
    response = server.request("/outgoing", headers=headers).json()

    trace = response["traceparent"].split("-")[1]
    assert trace not in (given or "")
    assert collector.span(trace).parent_id == ""


def test_each_request_on_a_connection_has_its_own_trace(
    server: support.Server, collector: Collector
) -> None:
    connection = HTTPConnection("127.0.0.1", server.port)
    traces = []
    for _ in range(3):
        connection.request("GET", "/outgoing")
        traces.append(json.loads(connection.getresponse().read())["traceparent"].split("-")[1])
    connection.close()

    assert len(set(traces)) == 3
    assert [collector.span(trace).parent_id for trace in traces] == ["", "", ""]


def test_trace_that_the_client_does_not_sample_is_not_recorded(
    server: support.Server, collector: Collector
) -> None:
    quiet, loud = new_trace(), new_trace()

    response = server.request("/outgoing", headers=client_headers(quiet, "00"))
    server.request("/outgoing", headers=client_headers(loud))

    collector.span(loud)
    assert quiet not in {span.trace_id for span in collector.spans}
    assert re.fullmatch(f"00-{quiet}-[0-9a-f]{{16}}-00", response.json()["traceparent"])
    assert server.line(event="request", trace_id=quiet)


@pytest.mark.parametrize(
    ("path", "method", "status", "name"),
    [
        ("/nowhere", "GET", 404, "GET"),
        ("/outgoing", "POST", 405, "POST /outgoing"),
        ("/everything/items/x", "GET", 422, "GET /everything/items/{item_id}"),
        ("/everything/teapot", "GET", 418, "GET /everything/teapot"),
        ("/outgoing", "PROPFIND", 405, "HTTP /outgoing"),
    ],
)
def test_client_error_does_not_mark_the_span(
    traced: Callable[..., Span], path: str, method: str, status: int, name: str
) -> None:
    span = traced(path, method)

    assert span.attributes["http.response.status_code"] == status
    assert span.attributes["http.request.method"] == ("_OTHER" if method == "PROPFIND" else method)
    assert span.name == name
    assert span.status == UNSET
    assert not span.events


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [("boom", 500, "secret reason"), ("midway", 200, "secret reason midway")],
)
def test_failure_marks_the_span(
    server: support.Server, collector: Collector, path: str, status: int, reason: str
) -> None:
    trace = new_trace()
    with suppress(HTTPException, ConnectionError):
        server.request(f"/everything/{path}", headers=client_headers(trace))

    span = collector.span(trace)
    assert span.name == f"GET /everything/{path}"
    assert span.status == ERROR
    assert span.attributes["http.response.status_code"] == status
    assert span.attributes["error.type"] == "RuntimeError"
    assert [event["exception.message"] for event in span.events] == [reason]
    assert reason in server.line(trace_id=trace, level="error")["exception"]


def test_server_error_response_marks_the_span(traced: Callable[..., Span]) -> None:
    span = traced("/refused")

    assert span.status == ERROR
    assert span.attributes["error.type"] == "503"
    assert not span.events


def test_chassis_response_is_recorded_in_the_span(launch: Launch, collector: Collector) -> None:
    limits = {"APP__LIMITS__ENABLED": "true", "APP__LIMITS__MAX_SECONDS": "0.1"}
    server = launch("traced:app", APP__TRACING__ENDPOINT=collector.endpoint, **SOON | limits)
    server.wait_until_ready()
    trace = new_trace()
    server.request("/everything/slow?seconds=60", headers=client_headers(trace))

    span = collector.span(trace)
    assert span.name == "GET /everything/slow"
    assert (span.status, span.attributes["error.type"]) == (ERROR, "504")
    assert server.line(event="request", trace_id=trace, status=504)


@pytest.mark.parametrize(
    ("app", "name"), [("bare:starlette", "GET /hello/{name}"), ("bare:app", "GET")]
)
def test_any_asgi_application_has_spans(
    launch: Launch, collector: Collector, app: str, name: str
) -> None:
    server = launch(app, APP__TRACING__ENDPOINT=collector.endpoint, **SOON)
    server.wait_until_ready()
    trace = new_trace()

    assert server.request("/hello/ada", headers=client_headers(trace)).status == 200
    assert collector.span(trace).name == name


def test_failure_after_the_response_does_not_mark_the_span(traced: Callable[..., Span]) -> None:
    span = traced("/everything/afterwards")

    assert (span.status, span.attributes["http.response.status_code"]) == (UNSET, 200)


def test_span_lasts_until_the_end_of_the_response(traced: Callable[..., Span]) -> None:
    assert traced("/everything/slow?seconds=0.3").seconds >= 0.3


def test_websocket_span_covers_the_handshake(server: support.Server, collector: Collector) -> None:
    trace = new_trace()
    url = f"ws://127.0.0.1:{server.port}/everything/echo"
    with connect(url, additional_headers=client_headers(trace)) as socket:
        span = collector.span(trace)  # while it is open
        socket.send("hello")
        assert socket.recv() == "hello"

    assert span.attributes["http.response.status_code"] == 101
    assert span.attributes["url.path"] == "/everything/echo"
    assert span.name == "GET /everything/echo"
    assert server.line(event="accepted", trace_id=trace, span_id=span.span_id)


def test_refused_handshake_has_a_span(server: support.Server, collector: Collector) -> None:
    trace = new_trace()
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{server.port}/closed", additional_headers=client_headers(trace))

    span = collector.span(trace)
    assert (span.name, span.status) == ("GET /closed", UNSET)
    assert span.attributes["http.response.status_code"] == 403


def test_health_and_metrics_are_not_traced(server: support.Server, collector: Collector) -> None:
    traces = [new_trace(), new_trace()]
    for trace, path in zip(traces, ("/readyz", "/metrics"), strict=True):
        server.request(path, management=True, headers=client_headers(trace))
    later = new_trace()
    server.request("/outgoing", headers=client_headers(later))

    collector.span(later)
    assert not {span.trace_id for span in collector.spans} & set(traces)


VALID = f"00-{'a' * 32}-{PARENT}-01".encode()
PAIRS = st.from_regex(rb"[a-z]{1,3}=[^\r\n\0]{0,20}(,[a-z]{1,3}=[^\r\n\0]{0,20})?", fullmatch=True)


def handed_on(*requests: list[tuple[bytes, bytes]]) -> list[dict[str, str]]:
    """Return the headers that each of these requests, in one task, passes on to another service."""
    sent: list[dict[str, str]] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        sent.append(tracing.headers())
        await send({"type": "http.response.start", "status": 200})

    async def send(_message: Any) -> None:
        pass

    async def serve() -> None:
        for headers in requests:
            scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
            await tracing.TracingMiddleware(app, [])(scope, None, send)  # type: ignore[arg-type]

    asyncio.run(serve())
    return sent


@given(st.just(VALID) | st.binary(max_size=80), PAIRS | st.binary(max_size=80), PAIRS)
@example(VALID[:-2] + b"zz", b"=,=", b"=;=,")
@example(VALID, b"a=b\r\nset-cookie: x", b"a=b%0d%0aset-cookie: x")
def test_malformed_trace_headers_do_not_break_a_request(
    traceparent: bytes, tracestate: bytes, baggage: bytes
) -> None:
    given = [(b"traceparent", traceparent), (b"tracestate", tracestate), (b"baggage", baggage)]

    (sent,) = handed_on(given)

    for value in sent.values():
        assert value.isascii()
        assert value.isprintable()


def test_request_does_not_inherit_the_previous_context() -> None:
    """Some servers handle all requests of a connection in one context."""
    first, second = handed_on([(b"traceparent", VALID), (b"baggage", b"user=ada")], [])

    assert first == {"traceparent": VALID.decode(), "baggage": "user=ada"}
    assert second == {}


# --- What a request causes ---------------------------------------------------------------------


def test_outgoing_requests_continue_the_trace(server: support.Server, collector: Collector) -> None:
    trace = new_trace()

    sent = server.request("/outgoing", headers=client_headers(trace, tracestate="vendor=x")).json()

    span = collector.span(trace)
    assert sent == {"traceparent": f"00-{trace}-{span.span_id}-01", "tracestate": "vendor=x"}


def test_repeated_headers_are_joined_and_passed_on(server: support.Server) -> None:
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.putrequest("GET", "/outgoing")
    connection.putheader("traceparent", f"00-{new_trace()}-{PARENT}-01")
    for name, value in [("tracestate", "a=1"), ("tracestate", "b=2")]:
        connection.putheader(name, value)
    for name, value in [("baggage", "user=ada"), ("baggage", "tenant=x")]:
        connection.putheader(name, value)
    connection.endheaders()
    sent = json.loads(connection.getresponse().read())
    connection.close()

    assert sent["tracestate"] == "a=1,b=2"
    assert sorted(sent["baggage"].split(",")) == ["tenant=x", "user=ada"]


def test_spans_of_the_service_are_children_of_the_request(
    server: support.Server, collector: Collector
) -> None:
    trace = new_trace()

    sent = server.request("/own", headers=client_headers(trace)).json()

    request, own = collector.span(trace, "GET /own"), collector.span(trace, "lookup")
    assert own.parent_id == request.span_id
    assert sent["traceparent"] == f"00-{trace}-{own.span_id}-01"
    assert server.line(event="in a span of its own", trace_id=trace, span_id=own.span_id)


def test_log_lines_of_a_request_have_its_trace_ids(
    server: support.Server, collector: Collector
) -> None:
    trace, mark = new_trace(), f"traced-{new_trace()}"
    path = f"/everything/three-lines?mark={mark}"
    server.request(path, headers=client_headers(trace, **{"x-request-id": mark}))
    server.line(event="request", request_id=mark)

    span = collector.span(trace)
    lines = server.lines(request_id=mark)
    assert len(lines) == 7  # three in the event loop, three in threads, that of the request
    assert {(line["trace_id"], line["span_id"]) for line in lines} == {span.ids}


def test_log_lines_of_concurrent_requests_do_not_mix(server: support.Server) -> None:
    def traced(trace: str) -> None:
        server.request(f"/everything/three-lines?mark={trace}", headers=client_headers(trace))

    traces = [new_trace() for _ in range(32)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(traced, traces))

    for trace in traces:
        lines = server.lines(event="line", mark=trace)
        assert {line["trace_id"] for line in lines} == {trace}


def test_log_lines_outside_requests_have_no_trace_ids(server: support.Server) -> None:
    assert "trace_id" not in server.line(event="serving")


# --- Turning it on and off ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": AWAY, "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": AWAY, "OTEL_TRACES_EXPORTER": "none"},
    ],
    ids=["no collector", "disabled", "no exporter"],
)
def test_tracing_costs_nothing_when_off(launch: Launch, settings: dict[str, str]) -> None:
    """No thread, no import of the SDK, no key in log lines."""
    server = launch("traced:app", **settings)
    server.wait_until_ready()

    inside = server.request("/inside", headers=client_headers(new_trace())).json()

    assert inside["modules"] == []
    assert not [name for name in inside["threads"] if "Otel" in name]
    assert server.request("/outgoing", headers=client_headers(new_trace())).json() == {}
    assert "trace_id" not in server.line(event="calling another service")


def test_environment_applies_where_settings_are_silent(
    launch: Launch, collector: Collector
) -> None:
    server = launch(
        "traced:app",
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint,
        OTEL_SERVICE_NAME="another-name",
        OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=staging",
        OTEL_TRACES_SAMPLER="parentbased_always_off",
        **SOON,
    )
    server.wait_until_ready()
    trace = new_trace()

    dropped = server.request("/outgoing").json()["traceparent"].split("-")
    server.request("/outgoing", headers=client_headers(trace))

    span = collector.span(trace)
    assert span.resource["service.name"] == "another-name"
    assert span.resource["deployment.environment.name"] == "staging"
    assert not sampled(dropped[3])
    assert dropped[1] not in {span.trace_id for span in collector.spans}


@pytest.mark.parametrize(("ratio", "kept"), [("0", False), ("1", True)])
def test_sample_ratio_applies_to_traces_that_begin_here(
    launch: Launch, collector: Collector, ratio: str, kept: bool
) -> None:
    sampler = {"OTEL_TRACES_SAMPLER": "always_off", "APP__TRACING__SAMPLE_RATIO": ratio}
    server = launch("traced:app", APP__TRACING__ENDPOINT=collector.endpoint, **sampler)
    server.wait_until_ready()

    begun = server.request("/outgoing").json()["traceparent"]
    continued = server.request("/outgoing", headers=client_headers(new_trace())).json()[
        "traceparent"
    ]
    assert sampled(begun[-2:]) is kept
    assert sampled(continued[-2:])


@pytest.mark.parametrize(
    ("key", "value"),
    [("ENDPOINT", "collector:4318"), ("ENDPOINT", "http://me:pw@host"), ("SAMPLE_RATIO", "1.5")],
)
def test_invalid_setting_stops_the_start(tmp_path: Any, key: str, value: str) -> None:
    name = f"APP__TRACING__{key}"

    ended = support.run("traced:app", "serve", folder=tmp_path, **{name: value})

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert name in ended.stderr


# --- A collector that misbehaves ---------------------------------------------------------------


def complaints(server: support.Server) -> list[dict[str, Any]]:
    """Return all log lines that OpenTelemetry causes."""
    lines = server.lines()
    return [line for line in lines if str(line.get("logger")).startswith("opentelemetry")]


def assert_each_complains_once(server: support.Server) -> None:
    loggers = [line["logger"] for line in complaints(server)]
    assert len(loggers) == len(set(loggers))


def test_unreachable_collector_logs_one_line(launch: Launch) -> None:
    server = launch("traced:app", APP__TRACING__ENDPOINT=AWAY, **SOON)
    server.wait_until_ready()
    for _ in range(20):
        assert server.request("/outgoing").status == 200
        time.sleep(0.02)  # several exports
    (line,) = support.wait_for(lambda: complaints(server), "a complaint")

    assert "Connection refused" in line["reason"]
    assert server.stop(signal.SIGTERM) == 0
    assert not server.lines(event="the deadline has passed")
    assert_each_complains_once(server)
    assert server.errors.read_text() == ""


def test_refusing_collector_logs_one_line(launch: Launch) -> None:
    with Collector() as collector:
        collector.status = 401
        server = launch("traced:app", APP__TRACING__ENDPOINT=collector.endpoint, **SOON)
        server.wait_until_ready()
        for _ in range(10):
            collector.received.clear()
            assert server.request("/outgoing").status == 200
            assert collector.received.wait(support.PATIENCE)

        (line,) = support.wait_for(lambda: complaints(server), "a complaint")
        assert "401" in line["reason"]


def test_collector_credentials_are_not_logged(launch: Launch) -> None:
    headers = {"OTEL_EXPORTER_OTLP_HEADERS": 'authorization="Bearer s3cret"'}
    server = launch("traced:app", APP__TRACING__ENDPOINT=AWAY, **headers)
    server.wait_until_ready()

    assert "Header format invalid" in complaints(server)[0]["reason"]
    assert "s3cret" not in server.text()


def test_hanging_collector_delays_nothing(launch: Launch) -> None:
    """Neither requests, even with a full queue, nor the end of the process."""
    with Collector() as collector:
        collector.hold.set()
        queue = {"OTEL_BSP_MAX_QUEUE_SIZE": "8", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "4"}
        server = launch("traced:app", APP__TRACING__ENDPOINT=collector.endpoint, **SOON | queue)
        server.wait_until_ready()
        server.request("/outgoing")
        assert collector.received.wait(support.PATIENCE)

        for _ in range(40):
            assert server.request("/outgoing").status == 200
        slowest = max(line["duration_ms"] for line in server.lines(event="request"))
        begin = time.monotonic()
        code = server.stop(signal.SIGTERM)
        seconds = time.monotonic() - begin

    assert slowest < 1000
    assert code == 0
    assert 1 < seconds < 10  # of 30, of which it may take 1.25 (drain_seconds being 0: 1.5)
    assert server.line(event="the last spans were not sent in time")
    assert not server.lines(event="the deadline has passed")
    assert "Queue full" in complaints(server)[0]["reason"]
    assert_each_complains_once(server)


def test_remaining_spans_are_sent_on_shutdown(launch: Launch) -> None:
    with Collector() as collector:
        later = {"OTEL_BSP_SCHEDULE_DELAY": "3600000"}
        server = launch("traced:app", APP__TRACING__ENDPOINT=collector.endpoint, **later)
        server.wait_until_ready()
        traces = {new_trace() for _ in range(5)}
        for trace in traces:
            server.request("/outgoing", headers=client_headers(trace))
        assert not collector.spans

        assert server.stop(signal.SIGTERM) == 0
        assert {span.trace_id for span in collector.spans} == traces


# --- The model ---------------------------------------------------------------------------------


@pytest.fixture
def model(launch: Launch, collector: Collector) -> Callable[..., support.Server]:
    def start(name: str, **settings: str) -> support.Server:
        server = launch(
            "traced_model:app",
            APP__TRACING__ENDPOINT=collector.endpoint,
            APP__INFERENCE__MODEL=f"traced_model:{name}",
            **SOON | settings,
        )
        server.wait_until_ready()
        return server

    return start


@pytest.mark.inference
@pytest.mark.parametrize("name", ["Telling", "AsyncTelling"])
def test_batch_span_is_linked_to_its_requests(
    model: Callable[..., support.Server], collector: Collector, name: str
) -> None:
    server = model(name, APP__INFERENCE__INLINE_BELOW_SECONDS="0")
    closed = server.output.parent / "closed"
    closed.touch()
    alone, first, second, quiet = (new_trace() for _ in range(4))

    def waiting() -> int:
        return int(server.samples("inference_queue_length")[()])

    with ThreadPoolExecutor(4) as pool:
        try:
            pool.submit(server.request, "/ask?item=alone", headers=client_headers(alone))
            server.line(event="predicting", items=["alone"])
            for length, (trace, flags) in enumerate(
                [(quiet, "00"), (first, "01"), (second, "01")], start=1
            ):
                path = f"/ask?item={length}"
                pool.submit(server.request, path, headers=client_headers(trace, flags))
                support.wait_for(lambda length=length: waiting() == length, "the queue")
        finally:
            closed.unlink()

    requests = [collector.span(trace, "GET /ask") for trace in (first, second)]
    batch = collector.span(first, "inference")
    assert batch.attributes == {"inference.batch_size": 3}
    assert batch.parent_id == requests[0].span_id
    assert batch.links == [request.ids for request in requests]
    assert [request.links for request in requests] == [[], [batch.ids]]
    assert server.line(event="predicting", trace_id=first, span_id=batch.span_id)
    of_one = collector.span(alone, "inference")
    assert of_one.parent_id == collector.span(alone, "GET /ask").span_id
    assert of_one.links == []
    assert quiet not in {span.trace_id for span in collector.spans}


@pytest.mark.inference
def test_inline_model_has_a_child_span_of_the_request(
    model: Callable[..., support.Server], collector: Collector
) -> None:
    server = model("Telling", APP__INFERENCE__INLINE_BELOW_SECONDS="3600")
    server.request("/ask?item=0")  # after which it is known to be quick
    trace = new_trace()
    server.request("/ask?item=1", headers=client_headers(trace))

    inference = collector.span(trace, "inference")
    assert inference.parent_id == collector.span(trace, "GET /ask").span_id
    assert inference.attributes == {"inference.batch_size": 1}
    line = server.line(event="predicting", trace_id=trace)
    assert line["span_id"] == inference.span_id


@pytest.mark.inference
def test_failing_model_marks_both_spans(
    model: Callable[..., support.Server], collector: Collector
) -> None:
    server = model("Telling", APP__INFERENCE__INLINE_BELOW_SECONDS="0")
    trace = new_trace()
    server.request("/ask?item=bad", headers=client_headers(trace))

    spans = [collector.span(trace, name) for name in ("inference", "GET /ask")]
    assert [span.status for span in spans] == [ERROR, ERROR]
    assert [span.events[0]["exception.type"] for span in spans] == ["ValueError", "ValueError"]


@pytest.mark.triton
def test_request_to_the_model_server_has_a_child_span(launch: Launch, collector: Collector) -> None:
    fake = FakeTriton()
    where = {"APP__TRACING__ENDPOINT": collector.endpoint, "APP__TRITON__URL": fake.url}
    server = launch("tensors:app", APP__TRITON__MODEL="iris", **where, **SOON)
    server.wait_until_ready()
    trace = new_trace()
    server.request("/ask", headers=client_headers(trace))

    request, call = collector.span(trace, "GET /ask"), collector.span(trace, "inference")
    assert (call.kind, call.status, call.parent_id) == (CLIENT, UNSET, request.span_id)
    assert call.attributes == {"inference.model": "iris"}
    headers = fake.requests[-1]["headers"]
    assert headers["traceparent"] == f"00-{trace}-{call.span_id}-01"
    assert headers["x-request-id"]

    fake.status, trace = 500, new_trace()
    server.request("/ask", headers=client_headers(trace))
    assert collector.span(trace, "inference").status == ERROR
    assert collector.span(trace, "GET /ask").status == ERROR
    fake.close()
