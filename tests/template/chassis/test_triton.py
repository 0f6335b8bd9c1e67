"""Calls of a Triton server: limits, and a response to whatever the server does.

The server here misbehaves on purpose; `nox -s triton` uses a real one.
"""

import asyncio
import gc
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme
from prometheus_client import REGISTRY
from starlette.exceptions import HTTPException

from tests.template.fake_triton import FakeTriton

from . import support

if not support.TRITON:
    pytest.skip("the service calls no Triton server", allow_module_level=True)

import grpc
import numpy as np
from chassis import request, sources, triton
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars
from tritonclient.grpc import service_pb2, service_pb2_grpc

Launch = Callable[..., support.Server]

FLOWER = {"measurements": np.array([[5.1, 3.5, 1.4, 0.2]], np.float32)}


@pytest.fixture
def fake() -> Iterator[FakeTriton]:
    fake = FakeTriton()
    yield fake
    fake.close()


class FakeGrpc(service_pb2_grpc.GRPCInferenceServiceServicer):
    """The same over gRPC, with the classes of the client library."""

    def __init__(self, port: int = 0, credentials: grpc.ServerCredentials | None = None) -> None:
        self.code: grpc.StatusCode | None = None
        self.open = threading.Event()
        self.open.set()
        self.cancelled = threading.Event()
        self.requests: list[Any] = []
        self.metadata: dict[str, str] = {}
        self.seconds: float | None = None
        self.server = grpc.server(ThreadPoolExecutor(4))
        service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(self, self.server)
        if credentials:
            self.port = self.server.add_secure_port(f"localhost:{port}", credentials)
        else:
            self.port = self.server.add_insecure_port(f"localhost:{port}")
        self.server.start()

    def close(self) -> None:
        """Stop the server."""
        self.open.set()
        self.server.stop(None).wait()

    def ModelReady(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return service_pb2.ModelReadyResponse(ready=self.open.is_set())

    def ModelInfer(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        context.add_callback(self.cancelled.set)
        self.metadata = dict(context.invocation_metadata())
        self.seconds = context.time_remaining()
        self.requests.append(request)
        self.open.wait()
        if self.code:
            context.abort(self.code, "[request id: 7] no, really")
        output = {"name": "probabilities", "datatype": "FP32", "shape": [1, 3]}
        raw = np.array([[0.9, 0.06, 0.04]], np.float32).tobytes()
        return service_pb2.ModelInferResponse(outputs=[output], raw_output_contents=[raw])


@pytest.fixture
def fake_grpc() -> Iterator[FakeGrpc]:
    fake = FakeGrpc()
    yield fake
    fake.close()


def settings(url: str, **other: Any) -> Any:
    return triton.Settings(url=url, model="iris", **other)


def run(settings: Any, use: Callable[[triton.Triton], Awaitable[Any]]) -> Any:
    """Run a function with a model, as in a service that has started."""

    complaints: list[Any] = []

    async def main() -> Any:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, complaint: complaints.append(complaint))
        model = triton.Triton(settings)
        model.start()
        try:
            return await use(model)
        finally:
            model.stop()
            await model._closing
            gc.collect()

    try:
        return asyncio.run(main())
    finally:
        assert complaints == [], "asyncio must not log anything"


async def call(model: triton.Triton) -> dict[str, Any]:
    return await model.infer(FLOWER)


async def status_of(pending: Awaitable[Any]) -> int:
    """Return the status that the client would see."""
    try:
        await pending
    except HTTPException as error:
        return error.status_code
    return 200


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(support.PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def count(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# --- Configuration --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["grpc://triton:8001", "grpcs://triton:443", "http://10.0.0.1:8000", "https://[::1]:8443"],
)
def test_valid_urls_are_accepted(url: str) -> None:
    assert settings(url).url == url


@pytest.mark.parametrize(
    "url", ["triton:8001", "ftp://triton:8001", "grpc://triton", "http://triton:8000/v2", "http://"]
)
def test_invalid_urls_are_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="url"):
        settings(url)


@pytest.mark.parametrize("key", ["URL", "MODEL"])
def test_url_and_model_are_required(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.delenv(f"APP__TRITON__{key}")

    with pytest.raises(sources.ConfigurationError, match=f"triton.{key.lower()}: expected a value"):
        sources.load()


# --- Inputs and outputs ---------------------------------------------------------------------------


def test_arrays_are_sent_as_raw_memory(fake: FakeTriton) -> None:
    with bound_contextvars(request_id="abc"):
        outputs = run(settings(fake.url, version="3", deadline_seconds=7), call)

    assert outputs["probabilities"].tolist() == [pytest.approx([0.9, 0.06, 0.04])]
    (request,) = fake.requests
    (tensor,) = request["inputs"]
    assert request["path"] == "/v2/models/iris/versions/3/infer"
    assert (tensor["name"], tensor["datatype"], tensor["shape"]) == ("measurements", "FP32", [1, 4])
    assert tensor["parameters"] == {"binary_data_size": 16}
    assert request["parameters"]["binary_data_output"] is True
    assert request["id"] == request["headers"]["x-request-id"] == "abc"
    assert 6.5e6 < request["parameters"]["timeout"] <= 7e6, "microseconds"


def test_grpc_sends_the_same_arrays(fake_grpc: FakeGrpc) -> None:
    with bound_contextvars(request_id="abc"):
        url = f"grpc://localhost:{fake_grpc.port}"
        outputs = run(settings(url, version="3", deadline_seconds=7), call)

    assert outputs["probabilities"].tolist() == [pytest.approx([0.9, 0.06, 0.04])]
    (request,) = fake_grpc.requests
    assert (request.model_name, request.model_version, request.id) == ("iris", "3", "abc")
    assert request.raw_input_contents[0] == FLOWER["measurements"].tobytes()
    assert fake_grpc.metadata["x-request-id"] == "abc"
    assert 6.5e6 < request.parameters["timeout"].int64_param <= 7e6
    assert fake_grpc.seconds is not None
    assert 6.5 < fake_grpc.seconds <= 7


@pytest.mark.parametrize(
    ("array", "datatype"),
    [(np.array([1], np.int64), "INT64"), (np.array([b"a"]), "BYTES"), (np.array([True]), "BOOL")],
)
def test_every_supported_type_is_sent(fake: FakeTriton, array: Any, datatype: str) -> None:
    run(settings(fake.url), lambda model: model.infer({"x": array}))

    assert fake.requests[0]["inputs"][0]["datatype"] == datatype


def test_unsupported_type_is_refused(fake: FakeTriton) -> None:
    with pytest.raises(TypeError, match="x: the server knows no <U1"):
        run(settings(fake.url), lambda model: model.infer({"x": np.array(["a"])}))


@pytest.mark.parametrize("scheme", ["https", "grpcs"])
def test_tls_trusts_the_configured_certificate(scheme: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = authority.issue_cert("localhost")
    server: FakeTriton | FakeGrpc
    if scheme == "https":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(context)
        server = FakeTriton(tls=context)
    else:
        key, chain = certificate.private_key_pem.bytes(), certificate.cert_chain_pems[0].bytes()
        server = FakeGrpc(credentials=grpc.ssl_server_credentials([(key, chain)]))
    url = f"{scheme}://localhost:{server.port}"
    try:
        assert run(settings(url, ca_file=tmp_path / "ca.pem"), call).keys() == {"probabilities"}
        with pytest.raises(HTTPException) as caught:
            run(settings(url, connect_seconds=0.2), call)
    finally:
        server.close()
    assert caught.value.status_code == 503


# --- Errors of the server -------------------------------------------------------------------------

STATUSES = {
    400: 400,
    404: 503,
    429: 503,
    499: 503,
    502: 503,
    503: 503,
    504: 504,
    500: 500,
    501: 500,
}
CODES = {
    "INVALID_ARGUMENT": 400,
    "NOT_FOUND": 503,
    "RESOURCE_EXHAUSTED": 503,
    "CANCELLED": 503,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 500,
}


def check_response(caught: BaseException, status: int) -> None:
    if status == 500:
        assert isinstance(caught, RuntimeError)
        assert "no, really" in str(caught)
        return
    assert isinstance(caught, HTTPException)
    assert caught.status_code == status
    assert (caught.headers or {}).get("Retry-After") == ("1" if status == 503 else None)
    # Errors of the input are for the client; all others are for the log.
    assert ("no, really" in caught.detail) is (status == 400)
    assert "request id" not in caught.detail


@pytest.mark.parametrize(("status", "response"), STATUSES.items())
def test_http_errors_are_translated(fake: FakeTriton, status: int, response: int) -> None:
    fake.status, fake.response = status, {"error": "[request id: 7] no, really"}

    with pytest.raises((HTTPException, RuntimeError)) as caught:
        run(settings(fake.url), call)

    check_response(caught.value, response)
    assert len(fake.requests) == 1, "it was seen, so it is not sent again"


@pytest.mark.parametrize(("code", "response"), CODES.items())
def test_grpc_errors_are_translated(fake_grpc: FakeGrpc, code: str, response: int) -> None:
    fake_grpc.code = grpc.StatusCode[code]

    with pytest.raises((HTTPException, RuntimeError)) as caught:
        run(settings(f"grpc://localhost:{fake_grpc.port}"), call)

    check_response(caught.value, response)
    assert len(fake_grpc.requests) == 1


@pytest.mark.parametrize("body", [b"<html>Bad Gateway</html>", b""])
def test_gateway_without_server_is_unavailable(fake: FakeTriton, body: bytes) -> None:
    fake.status, fake.response = 502, body

    assert run(settings(fake.url), lambda model: status_of(call(model))) == 503


@pytest.mark.parametrize(
    ("status", "reason"), [(400, "invalid"), (503, "unavailable"), (500, "error")]
)
def test_failures_are_counted(fake: FakeTriton, status: int, reason: str) -> None:
    fake.status, fake.response = status, {"error": "no"}
    before = count("inference_failures_total", reason=reason)

    with pytest.raises((HTTPException, RuntimeError)):
        run(settings(fake.url), call)

    assert count("inference_failures_total", reason=reason) == before + 1


# --- Connections ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_unreachable_server_is_unavailable(scheme: str) -> None:
    url = f"{scheme}://127.0.0.1:{free_port()}"

    assert run(settings(url, connect_seconds=0), lambda model: status_of(call(model))) == 503


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_blackholed_server_is_unavailable(scheme: str) -> None:
    """Connections are neither accepted nor refused, as behind a network policy."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as stack:
        address = full.getsockname()
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        where = settings(f"{scheme}://127.0.0.1:{address[1]}", connect_seconds=0.3)
        assert run(where, lambda model: status_of(call(model))) == 503


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_server_that_starts_in_time_is_used(scheme: str) -> None:
    port = free_port()
    servers: list[Any] = []

    async def use(model: triton.Triton) -> dict[str, Any]:
        pending = asyncio.create_task(call(model))
        await asyncio.sleep(0.3)
        assert not pending.done()
        servers.append(FakeTriton(port=port) if scheme == "http" else FakeGrpc(port=port))
        return await pending

    url = f"{scheme}://127.0.0.1:{port}"
    try:
        assert run(settings(url, connect_seconds=10), use).keys() == {"probabilities"}
    finally:
        for server in servers:
            server.close()
    assert len(servers[0].requests) == 1


def test_broken_connection_is_not_retried() -> None:
    accepted = []

    def hang_up(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            accepted.append(connection.recv(100_000))
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=hang_up, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert run(settings(url, connect_seconds=5), lambda model: status_of(call(model))) == 503
        listener.shutdown(socket.SHUT_RDWR)
    assert len(accepted) == 1


# --- Limits ---------------------------------------------------------------------------------------


def test_concurrency_and_queue_are_limited(fake: FakeTriton) -> None:
    fake.open.clear()
    full = count("inference_dropped_total", reason="queue_full")

    async def use(model: triton.Triton) -> tuple[int, list[int]]:
        calls = [asyncio.create_task(status_of(call(model))) for _ in range(3)]
        await until(lambda: len(fake.requests) == 2 and count("inference_queue_length") == 1)
        excess = await status_of(call(model))
        fake.open.set()
        return excess, await asyncio.gather(*calls)

    excess, statuses = run(settings(fake.url, max_requests=2, max_queue_length=1), use)

    assert excess == 503
    assert statuses == [200, 200, 200]
    assert len(fake.requests) == 3
    assert count("inference_dropped_total", reason="queue_full") == full + 1
    assert (count("inference_queue_length"), count("inference_queue_limit")) == (0, 1)


def test_deadline_frees_the_place(fake: FakeTriton) -> None:
    fake.open.clear()
    late = count("inference_dropped_total", reason="deadline")

    async def use(model: triton.Triton) -> list[int]:
        # One is at the server, and one waits for it.
        statuses = await asyncio.gather(*(status_of(call(model)) for _ in range(2)))
        fake.open.set()
        return [*statuses, await status_of(call(model))]

    statuses = run(settings(fake.url, max_requests=1, deadline_seconds=0.3), use)

    assert statuses == [504, 504, 200]
    assert count("inference_dropped_total", reason="deadline") == late + 2


def test_deadline_cancels_the_request(fake_grpc: FakeGrpc) -> None:
    fake_grpc.open.clear()
    url = f"grpc://localhost:{fake_grpc.port}"

    status = run(settings(url, deadline_seconds=0.3), lambda model: status_of(call(model)))

    assert status == 504
    assert fake_grpc.cancelled.wait(support.PATIENCE)


def test_client_that_hangs_up_frees_the_place(fake: FakeTriton) -> None:
    fake.open.clear()
    abandoned = count("inference_dropped_total", reason="abandoned")
    messages: asyncio.Queue[Any] = asyncio.Queue()
    messages.put_nowait({"type": "http.request"})

    async def use(model: triton.Triton) -> list[int]:
        scope = {"type": "http", "path": "/", "headers": []}
        request.current.set(request.Request(None, scope, messages.get, None))  # type: ignore[arg-type]
        pending = asyncio.create_task(status_of(call(model)))
        await until(lambda: len(fake.requests) == 1)
        request.current.set(None)
        waiting = asyncio.create_task(status_of(call(model)))
        messages.put_nowait({"type": "http.disconnect"})
        await until(lambda: len(fake.requests) == 2)
        fake.open.set()
        return [await pending, await waiting]

    assert run(settings(fake.url, max_requests=1), use) == [499, 200]
    assert count("inference_dropped_total", reason="abandoned") == abandoned + 1


def test_cancelled_request_frees_the_place(fake: FakeTriton) -> None:
    fake.open.clear()

    async def use(model: triton.Triton) -> int:
        pending = asyncio.create_task(call(model))
        await until(lambda: len(fake.requests) == 1)
        pending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pending
        fake.open.set()
        return await status_of(call(model))

    assert run(settings(fake.url, max_requests=1), use) == 200


# --- Readiness ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_service_is_ready_if_the_model_is(
    fake: FakeTriton, fake_grpc: FakeGrpc, scheme: str
) -> None:
    port = fake.port if scheme == "http" else fake_grpc.port

    async def use(model: triton.Triton) -> None:
        await model.check()
        assert count("inference_model_ready") == 1
        fake.ready = False
        fake_grpc.open.clear()
        with pytest.raises(RuntimeError, match="iris is not ready on the server"):
            await model.check()
        assert count("inference_model_ready") == 0

    run(settings(f"{scheme}://localhost:{port}"), use)


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_service_without_server_is_not_ready(scheme: str) -> None:
    with pytest.raises(Exception, match="onnect"):
        run(settings(f"{scheme}://127.0.0.1:{free_port()}"), lambda model: model.check())

    assert count("inference_model_ready") == 0


def test_inference_before_the_start_fails(fake: FakeTriton) -> None:
    model = triton.Triton(settings(fake.url))

    for use in (model.check, lambda: call(model)):
        with pytest.raises(RuntimeError, match="has not started"):
            asyncio.run(use())


def test_service_survives_the_server_and_reconnects(launch: Launch) -> None:
    fake = FakeTriton()
    where = {"APP__TRITON__URL": fake.url, "APP__TRITON__CONNECT_SECONDS": "0.2"}
    server = launch("tensors:app", **where)
    server.wait_until_ready()
    assert server.request("/ask").json() == {"probabilities": [pytest.approx([0.9, 0.06, 0.04])]}

    fake.close()

    support.wait_for(lambda: server.ready().status == 503, "the end of readiness")
    assert "Cannot connect" in server.ready().json()["checks"]["model"]
    response = server.request("/ask")
    assert (response.status, response.headers["retry-after"]) == (503, "1")
    if not support.ADOPTED:
        assert response.json()["detail"] == "The model is not available."
    assert server.line(event="the model is not available", level="warning")
    assert server.request("/livez", management=True).status == 200

    fake = FakeTriton(port=fake.port)

    server.wait_until_ready()
    assert server.request("/ask").status == 200
    assert server.stop(15) == 0
    fake.close()
