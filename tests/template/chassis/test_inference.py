"""The model predicts in batches, in order, and only items whose clients still wait."""

import json
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from . import support

pytestmark = pytest.mark.inference

Launch = Callable[..., support.Server]


class ModelService:
    """A service with a model, and its clients."""

    def __init__(self, server: support.Server) -> None:
        self.server = server
        self.folder = server.output.parent
        self.clients = ThreadPoolExecutor(64)

    def close(self) -> None:
        """Block the model."""
        (self.folder / "closed").touch()

    def open(self) -> None:
        """Unblock the model."""
        (self.folder / "closed").unlink(missing_ok=True)

    def send(self, item: Any) -> support.Response:
        """Send a request, and wait for the response."""
        body, headers = json.dumps(item).encode(), {"content-type": "application/json"}
        return self.server.request("/ask", "POST", body=body, headers=headers)

    def begin(self, item: Any) -> "Future[support.Answer]":
        """Send a request, and do not wait."""
        return self.clients.submit(self.send, item)

    def queue(self, *items: Any) -> "list[Future[support.Answer]]":
        """Send items one after the other, while the model is blocked."""
        futures = []
        for item in items:
            length = self.waiting() + 1
            futures.append(self.begin(item))
            support.wait_for(lambda length=length: self.waiting() == length, f"{item} in the queue")
        return futures

    def occupy(self) -> "Future[support.Answer]":
        """Block the model, and let it work on `first`."""
        self.close()
        first = self.begin("first")
        support.wait_for(lambda: ["first"] in self.batches(), "the first batch")
        return first

    def waiting(self) -> int:
        """Return how many items wait for a batch."""
        return int(self.server.samples("inference_queue_length")[()])

    def dropped(self) -> dict[str, int]:
        """Return how many items were dropped, by reason."""
        samples = self.server.samples("inference_dropped_total")
        return {reason: int(number) for (reason,), number in samples.items()}

    def notes(self) -> list[dict[str, Any]]:
        """Return the calls that the model recorded."""
        file = self.folder / "batches"
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def batches(self) -> list[list[Any]]:
        """Return the batches of the model."""
        return [note["items"] for note in self.notes() if note["event"] == "predict"]


@pytest.fixture
def start(launch: Launch) -> Iterator[Callable[..., ModelService]]:
    started = []

    def start(model: str = "Recorder", **settings: Any) -> ModelService:
        environment = {"APP__INFERENCE__MODEL": f"asking:{model}"} | {
            f"APP__INFERENCE__{key.upper()}": str(value) for key, value in settings.items()
        }
        server = launch("asking:app", **environment)
        server.wait_until_ready()
        started.append(ModelService(server))
        return started[-1]

    yield start
    for service in started:
        service.open()
        service.clients.shutdown(cancel_futures=True)


with_each_model = pytest.mark.parametrize("model", ["Recorder", "AsyncRecorder"])


@with_each_model
def test_waiting_items_become_the_next_batch_in_order(
    start: Callable[..., ModelService], model: str
) -> None:
    service = start(model, max_batch_size=3)
    first = service.occupy()
    others = service.queue("a", "b", "c", "d", "e")

    service.open()

    assert [future.result().json() for future in [first, *others]] == [*["first"], *"abcde"]
    assert service.batches() == [["first"], ["a", "b", "c"], ["d", "e"]]
    sizes = service.server.samples("inference_batch_size_count")
    assert sizes == {(): 3}
    assert service.server.samples("inference_queue_seconds_count") == {(): 6}
    assert service.server.samples("inference_duration_seconds_count") == {(): 3}


def test_single_item_is_predicted_alone(start: Callable[..., ModelService]) -> None:
    service = start(max_wait_seconds=3600, inline_below_seconds=0)

    for item in range(5):
        assert service.send(item).json() == item

    assert service.batches() == [[item] for item in range(5)]


@pytest.mark.parametrize(("threshold", "thread"), [(3600, "MainThread"), (0, "model")])
def test_only_a_quick_model_runs_in_the_event_loop(
    start: Callable[..., ModelService], threshold: float, thread: str
) -> None:
    service = start(inline_below_seconds=threshold)

    for item in range(3):
        assert service.send(item).status == 200

    threads = [note["thread"] for note in service.notes() if note["event"] == "predict"]
    assert threads == ["model", thread, thread]


@with_each_model
def test_model_is_loaded_and_warm_before_readiness(
    start: Callable[..., ModelService], model: str
) -> None:
    assert [note["event"] for note in start(model).notes()] == ["load", "warm_up"]


def test_failed_warm_up_ends_the_service(launch: Launch) -> None:
    server = launch("asking:app", APP__INFERENCE__MODEL="asking:Cold")

    assert server.process.wait(support.PATIENCE) == 1
    assert server.line(event="the model did not load")["level"] == "critical"


def test_full_queue_refuses_at_once(start: Callable[..., ModelService]) -> None:
    service = start(max_queue_length=2)
    first = service.occupy()
    others = service.queue("a", "b")

    refused = service.send("c")  # while the model is still blocked

    assert refused.status == 503
    assert refused.headers["retry-after"] == "1"
    assert service.dropped() == {"queue_full": 1, "deadline": 0, "abandoned": 0}
    assert service.server.samples("inference_queue_limit") == {(): 2}
    service.open()
    assert [future.result().status for future in [first, *others]] == [200, 200, 200]
    assert service.send("d").status == 200


@with_each_model
def test_late_items_are_dropped(start: Callable[..., ModelService], model: str) -> None:
    service = start(model, deadline_seconds=0.5)
    first = service.occupy()
    second = service.begin("second")

    assert first.result().status == 504
    assert second.result().status == 504
    service.open()
    assert service.send("third").json() == "third"
    assert service.batches()[-1] == ["third"]
    assert ["second"] not in service.batches() or model == "AsyncRecorder"  # which can be cancelled
    assert service.dropped() == {"queue_full": 0, "deadline": 2, "abandoned": 0}


def test_readiness_fails_when_the_model_hangs(start: Callable[..., ModelService]) -> None:
    service = start(deadline_seconds=0.2)
    service.occupy()

    support.wait_for(lambda: service.server.ready().status == 503, "the end of readiness")

    assert "no answer for" in service.server.ready().json()["checks"]["model"]
    assert service.server.request("/livez", management=True).status == 200
    service.open()
    support.wait_for(lambda: service.server.ready().status == 200, "readiness")


def test_liveness_fails_after_readiness_if_model_hangs(
    start: Callable[..., ModelService],
) -> None:
    service = start(deadline_seconds=1, restart_after_seconds=0.1)

    def liveness() -> support.Response:
        return service.server.request("/livez", management=True)

    service.occupy()
    assert liveness().status == 200  # readiness comes first, however it was configured
    support.wait_for(lambda: liveness().status == 503, "the end of liveness")

    assert service.server.ready().status == 503
    assert "the model has not answered for" in liveness().json()["reason"]
    service.open()
    support.wait_for(lambda: liveness().status == 200, "liveness")


def test_liveness_ignores_a_hung_model_if_configured(start: Callable[..., ModelService]) -> None:
    service = start(deadline_seconds=0.2, restart_after_seconds=0)
    service.occupy()
    support.wait_for(lambda: service.server.ready().status == 503, "the end of readiness")

    assert service.server.request("/livez", management=True).status == 200


@pytest.mark.skipif(not hasattr(signal, "SIGSEGV"), reason="this system has no SIGSEGV")
def test_crashing_model_leaves_its_stack(launch: Launch) -> None:
    server = launch(
        "asking:app",
        APP__INFERENCE__MODEL="models:Crashing",
        APP__INFERENCE__INLINE_BELOW_SECONDS="0",
    )
    server.wait_until_ready()
    with pytest.raises(ConnectionError):
        server.request("/ask?item=0")

    assert server.process.wait(support.PATIENCE) == -signal.SIGSEGV
    errors = server.errors.read_text()
    assert "Segmentation fault" in errors
    assert "models.py" in errors


@pytest.mark.parametrize(
    ("model", "item"),
    [
        ("Recorder", "bad"),
        ("Recorder", "exit"),
        ("Recorder", "stop"),
        ("AsyncRecorder", "bad"),
        ("AsyncRecorder", "stop"),
    ],
)
def test_bad_item_fails_alone(start: Callable[..., ModelService], model: str, item: str) -> None:
    service = start(model)
    first = service.occupy()
    good, bad, other = service.queue("good", item, "other")

    service.open()

    assert [future.result().status for future in (first, good, other)] == [200, 200, 200]
    assert bad.result().status == 500
    assert service.server.line(event="the model failed on a batch, and is asked one by one")
    assert service.send("next").json() == "next"


@with_each_model
def test_non_finite_prediction_fails_only_its_item(
    start: Callable[..., ModelService], model: str
) -> None:
    service = start(model, allow_nan=False)
    first = service.occupy()
    good, *wrong = service.queue("good", "nan", "infinity", "nested")

    service.open()

    assert [future.result().status for future in (first, good)] == [200, 200]
    assert [future.result().status for future in wrong] == [500, 500, 500]
    assert b"null" not in b"".join(future.result().body for future in wrong)

    def failures() -> list[str]:
        return [line["exception"] for line in service.server.lines(level="error")]

    support.wait_for(lambda: len(failures()) == 3, "three lines")
    assert all("NaN or Infinity" in failure for failure in failures())
    assert service.send("next").json() == "next"


def test_predictions_of_inline_model_are_checked(start: Callable[..., ModelService]) -> None:
    service = start(allow_nan=False, inline_below_seconds=3600)

    assert [service.send(item).status for item in ("good", "nan", "good")] == [200, 500, 200]


@pytest.mark.parametrize("allowed", ["true", None], ids=["allowed", "by default"])
def test_non_finite_predictions_can_be_allowed(
    start: Callable[..., ModelService], allowed: str | None
) -> None:
    service = start(**({"allow_nan": allowed} if allowed else {}))

    response = service.send("nan")

    assert response.status == (200 if allowed or support.ADOPTED else 500)
    assert (response.body == b"null") is (response.status == 200)


@with_each_model
def test_wrong_number_of_predictions_fails_the_batch(
    start: Callable[..., ModelService], model: str
) -> None:
    service = start(model)
    first = service.occupy()
    others = service.queue("good", "forgotten", "other")

    service.open()

    assert first.result().status == 200
    assert [future.result().status for future in others] == [500, 500, 500]
    assert "the model gave 2 answers to 3 items" in service.server.text()
    assert service.batches() == [["first"], ["good", "forgotten", "other"]]
    assert service.send("next").json() == "next"


def test_self_cancelling_model_does_not_stop_batching(
    start: Callable[..., ModelService],
) -> None:
    service = start("AsyncRecorder")

    assert service.send("cancel").status == 500
    assert service.send("next").json() == "next"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_items_of_vanished_clients_are_not_predicted(
    start: Callable[..., ModelService], method: str
) -> None:
    service = start()
    first = service.occupy()
    with socket.create_connection(("127.0.0.1", service.server.port)) as client:
        body = '"gone"' if method == "POST" else ""
        client.sendall(
            f"{method} /ask?item=gone HTTP/1.1\r\nhost: test\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
        )
        support.wait_for(lambda: service.waiting() == 1, "the item in the queue")
    (last,) = service.queue("last")

    service.open()

    assert first.result().status == last.result().status == 200
    assert service.batches() == [["first"], ["last"]]
    assert service.dropped() == {"queue_full": 0, "deadline": 0, "abandoned": 1}


def test_hanging_model_does_not_block_process_exit(start: Callable[..., ModelService]) -> None:
    service = start(deadline_seconds=0.5)
    first = service.occupy()
    assert first.result().status == 504

    assert service.server.stop(signal.SIGTERM) == 0
