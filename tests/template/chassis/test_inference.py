"""The model is asked in batches, in order, and about nothing that nobody waits for."""

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


class Asking:
    """A service with a model, and callers of it."""

    def __init__(self, server: support.Server) -> None:
        self.server = server
        self.folder = server.output.parent
        self.callers = ThreadPoolExecutor(64)

    def close(self) -> None:
        """Hold the model up from now on."""
        (self.folder / "closed").touch()

    def open(self) -> None:
        """Let the model go on."""
        (self.folder / "closed").unlink(missing_ok=True)

    def ask(self, item: Any) -> support.Answer:
        """Ask, and wait for the answer."""
        body, headers = json.dumps(item).encode(), {"content-type": "application/json"}
        return self.server.request("/ask", "POST", body=body, headers=headers)

    def begin(self, item: Any) -> "Future[support.Answer]":
        """Ask, and do not wait."""
        return self.callers.submit(self.ask, item)

    def queue(self, *items: Any) -> "list[Future[support.Answer]]":
        """Ask about items one after the other, while the model is closed."""
        futures = []
        for item in items:
            length = self.waiting() + 1
            futures.append(self.begin(item))
            support.wait_for(lambda length=length: self.waiting() == length, f"{item} in the queue")
        return futures

    def occupy(self) -> "Future[support.Answer]":
        """Close the model, and let it be asked about `first`."""
        self.close()
        first = self.begin("first")
        support.wait_for(lambda: ["first"] in self.batches(), "the first batch")
        return first

    def waiting(self) -> int:
        """Return how many wait for a batch."""
        return int(self.server.samples("inference_queue_length")[()])

    def dropped(self) -> dict[str, int]:
        """Return how many were dropped, by reason."""
        samples = self.server.samples("inference_dropped_total")
        return {reason: int(number) for (reason,), number in samples.items()}

    def notes(self) -> list[dict[str, Any]]:
        """Return what the model did."""
        file = self.folder / "batches"
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def batches(self) -> list[list[Any]]:
        """Return what the model was asked."""
        return [note["items"] for note in self.notes() if note["event"] == "predict"]


@pytest.fixture
def start(launch: Launch) -> Iterator[Callable[..., Asking]]:
    started = []

    def start(model: str = "Recorder", **settings: Any) -> Asking:
        environment = {"APP__INFERENCE__MODEL": f"asking:{model}"} | {
            f"APP__INFERENCE__{key.upper()}": str(value) for key, value in settings.items()
        }
        server = launch("asking:app", **environment)
        server.wait_until_ready()
        started.append(Asking(server))
        return started[-1]

    yield start
    for asking in started:
        asking.open()
        asking.callers.shutdown(cancel_futures=True)


both = pytest.mark.parametrize("model", ["Recorder", "AsyncRecorder"])


@both
def test_what_waits_becomes_the_next_batch_in_order(
    start: Callable[..., Asking], model: str
) -> None:
    asking = start(model, max_batch_size=3)
    first = asking.occupy()
    others = asking.queue("a", "b", "c", "d", "e")

    asking.open()

    assert [future.result().json() for future in [first, *others]] == [*["first"], *"abcde"]
    assert asking.batches() == [["first"], ["a", "b", "c"], ["d", "e"]]
    sizes = asking.server.samples("inference_batch_size_count")
    assert sizes == {(): 3}
    assert asking.server.samples("inference_queue_seconds_count") == {(): 6}
    assert asking.server.samples("inference_duration_seconds_count") == {(): 3}


def test_who_comes_alone_is_asked_about_alone(start: Callable[..., Asking]) -> None:
    asking = start(max_wait_seconds=3600, inline_below_seconds=0)

    for item in range(5):
        assert asking.ask(item).json() == item

    assert asking.batches() == [[item] for item in range(5)]


@pytest.mark.parametrize(("threshold", "thread"), [(3600, "MainThread"), (0, "model")])
def test_only_a_quick_model_is_asked_in_the_event_loop(
    start: Callable[..., Asking], threshold: float, thread: str
) -> None:
    asking = start(inline_below_seconds=threshold)

    for item in range(3):
        assert asking.ask(item).status == 200

    threads = [note["thread"] for note in asking.notes() if note["event"] == "predict"]
    assert threads == ["model", thread, thread]


@both
def test_it_is_loaded_and_warm_before_it_is_ready(start: Callable[..., Asking], model: str) -> None:
    assert [note["event"] for note in start(model).notes()] == ["load", "warm_up"]


def test_a_model_that_does_not_warm_up_ends_the_service(launch: Launch) -> None:
    server = launch("asking:app", APP__INFERENCE__MODEL="asking:Cold")

    assert server.process.wait(support.PATIENCE) == 1
    assert server.line(event="the model did not load")["level"] == "critical"


def test_a_full_queue_turns_away_at_once(start: Callable[..., Asking]) -> None:
    asking = start(max_queue_length=2)
    first = asking.occupy()
    others = asking.queue("a", "b")

    refused = asking.ask("c")  # while the model is still held up

    assert refused.status == 503
    assert refused.headers["retry-after"] == "1"
    assert asking.dropped() == {"queue_full": 1, "deadline": 0, "abandoned": 0}
    assert asking.server.samples("inference_queue_limit") == {(): 2}
    asking.open()
    assert [future.result().status for future in [first, *others]] == [200, 200, 200]
    assert asking.ask("d").status == 200


@both
def test_late_work_is_dropped(start: Callable[..., Asking], model: str) -> None:
    asking = start(model, deadline_seconds=0.5)
    first = asking.occupy()
    second = asking.begin("second")

    assert first.result().status == 504
    assert second.result().status == 504
    asking.open()
    assert asking.ask("third").json() == "third"
    assert asking.batches()[-1] == ["third"]
    assert ["second"] not in asking.batches() or model == "AsyncRecorder"  # which can be ended
    assert asking.dropped() == {"queue_full": 0, "deadline": 2, "abandoned": 0}


def test_readiness_notices_a_model_that_hangs(start: Callable[..., Asking]) -> None:
    asking = start(deadline_seconds=0.2)
    asking.occupy()

    support.wait_for(lambda: asking.server.ready().status == 503, "the end of readiness")

    assert "no answer for" in asking.server.ready().json()["checks"]["model"]
    assert asking.server.request("/livez", management=True).status == 200
    asking.open()
    support.wait_for(lambda: asking.server.ready().status == 200, "readiness")


def test_liveness_gives_a_hung_model_up_after_readiness(start: Callable[..., Asking]) -> None:
    asking = start(deadline_seconds=1, restart_after_seconds=0.1)

    def liveness() -> support.Answer:
        return asking.server.request("/livez", management=True)

    asking.occupy()
    assert liveness().status == 200  # readiness comes first, however it was configured
    support.wait_for(lambda: liveness().status == 503, "the end of liveness")

    assert asking.server.ready().status == 503
    assert "the model has not answered for" in liveness().json()["reason"]
    asking.open()
    support.wait_for(lambda: liveness().status == 200, "liveness")


def test_liveness_bears_a_hung_model_where_it_is_told_to(start: Callable[..., Asking]) -> None:
    asking = start(deadline_seconds=0.2, restart_after_seconds=0)
    asking.occupy()
    support.wait_for(lambda: asking.server.ready().status == 503, "the end of readiness")

    assert asking.server.request("/livez", management=True).status == 200


@pytest.mark.skipif(not hasattr(signal, "SIGSEGV"), reason="this system has no such crashes")
def test_a_model_that_crashes_leaves_its_stack(launch: Launch) -> None:
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
def test_a_bad_item_fails_alone(start: Callable[..., Asking], model: str, item: str) -> None:
    asking = start(model)
    first = asking.occupy()
    good, bad, other = asking.queue("good", item, "other")

    asking.open()

    assert [future.result().status for future in (first, good, other)] == [200, 200, 200]
    assert bad.result().status == 500
    assert asking.server.line(event="the model failed on a batch, and is asked one by one")
    assert asking.ask("next").json() == "next"


@both
def test_what_is_no_number_of_json_is_an_error_of_its_item_alone(
    start: Callable[..., Asking], model: str
) -> None:
    asking = start(model, allow_nan=False)
    first = asking.occupy()
    good, *wrong = asking.queue("good", "nan", "infinity", "nested")

    asking.open()

    assert [future.result().status for future in (first, good)] == [200, 200]
    assert [future.result().status for future in wrong] == [500, 500, 500]
    assert b"null" not in b"".join(future.result().body for future in wrong)

    def failures() -> list[str]:
        return [line["exception"] for line in asking.server.lines(level="error")]

    support.wait_for(lambda: len(failures()) == 3, "three lines")
    assert all("NaN or Infinity" in failure for failure in failures())
    assert asking.ask("next").json() == "next"


def test_a_quick_models_predictions_are_looked_at_too(start: Callable[..., Asking]) -> None:
    asking = start(allow_nan=False, inline_below_seconds=3600)

    assert [asking.ask(item).status for item in ("good", "nan", "good")] == [200, 500, 200]


@pytest.mark.parametrize("allowed", ["true", None], ids=["allowed", "by default"])
def test_a_model_that_means_it_may_say_so(
    start: Callable[..., Asking], allowed: str | None
) -> None:
    asking = start(**({"allow_nan": allowed} if allowed else {}))

    answer = asking.ask("nan")

    assert answer.status == (200 if allowed or support.ADOPTED else 500)
    assert (answer.body == b"null") is (answer.status == 200)


@both
def test_a_wrong_number_of_answers_is_nobodys_answer(
    start: Callable[..., Asking], model: str
) -> None:
    asking = start(model)
    first = asking.occupy()
    others = asking.queue("good", "forgotten", "other")

    asking.open()

    assert first.result().status == 200
    assert [future.result().status for future in others] == [500, 500, 500]
    assert "the model gave 2 answers to 3 items" in asking.server.text()
    assert asking.batches() == [["first"], ["good", "forgotten", "other"]]
    assert asking.ask("next").json() == "next"


def test_a_model_that_cancels_itself_does_not_end_the_others(start: Callable[..., Asking]) -> None:
    asking = start("AsyncRecorder")

    assert asking.ask("cancel").status == 500
    assert asking.ask("next").json() == "next"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_asks_for_a_caller_who_has_hung_up(
    start: Callable[..., Asking], method: str
) -> None:
    asking = start()
    first = asking.occupy()
    with socket.create_connection(("127.0.0.1", asking.server.port)) as caller:
        body = '"gone"' if method == "POST" else ""
        caller.sendall(
            f"{method} /ask?item=gone HTTP/1.1\r\nhost: test\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
        )
        support.wait_for(lambda: asking.waiting() == 1, "the item in the queue")
    (last,) = asking.queue("last")

    asking.open()

    assert first.result().status == last.result().status == 200
    assert asking.batches() == [["first"], ["last"]]
    assert asking.dropped() == {"queue_full": 0, "deadline": 0, "abandoned": 1}


def test_a_model_that_hangs_does_not_keep_the_process(start: Callable[..., Asking]) -> None:
    asking = start(deadline_seconds=0.5)
    first = asking.occupy()
    assert first.result().status == 504

    assert asking.server.stop(signal.SIGTERM) == 0
