"""Clients that keep sending requests while the service stops."""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field

from tests.template.image.container import Container, status
from tests.template.image.host import FailedError

FLOWER = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
CALLERS = 8
# A load balancer reacts to an unready instance after a while.
LAG_SECONDS = 1.0
DEADLINE_SECONDS = 10


@dataclass
class Load:
    """The outcomes of the requests."""

    answered: int = 0
    failures: list[str] = field(default_factory=list)
    after_signal: int = 0
    signalled: bool = False


def stop_under_load(container: Container, seconds: float) -> tuple[Load, int]:
    """Send requests while the container stops; return their outcomes, and its exit code."""
    load = Load()
    enough = threading.Event()
    threads = [threading.Thread(target=_ask, args=(container.api, load, enough))
               for _ in range(CALLERS)]  # fmt: skip
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    container.terminate()
    load.signalled = True
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (
        ready := status(f"{container.management}/readyz") == 200
    ) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(LAG_SECONDS)
    enough.set()
    for thread in threads:
        thread.join()
    if ready:
        raise FailedError(f"still ready {DEADLINE_SECONDS} s after SIGTERM")
    return load, container.wait(60)


def _ask(api: str, load: Load, enough: threading.Event) -> None:
    body = json.dumps(FLOWER)
    headers = {"content-type": "application/json"}
    connection = http.client.HTTPConnection(api.removeprefix("http://"), timeout=10)
    while not enough.is_set():
        try:
            connection.request("POST", "/api/v1/predict", body, headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            load.failures.append(repr(error))
            connection.close()
            continue
        if response.status == 200:
            load.answered += 1
            load.after_signal += load.signalled
        else:
            load.failures.append(str(response.status))
    connection.close()
