"""A service with a real Prometheus and a real Alertmanager, and traffic of every kind.

Prometheus scrapes it according to the ServiceMonitor, with the labels that the operator would add,
and evaluates the chart's own rules.
"""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import yaml

from tests.template.chart import parts, support
from tests.template.chart.support import request
from tests.template.fake_triton import FakeTriton
from tests.waiting import wait_for

# Limits that a small machine reaches.
VALUES: dict[str, Any] = {
    "config": {
        "logging": {"format": "json"},
        "limits": {"enabled": True, "max_requests": 12, "max_body_bytes": 10000},
        "shutdown": {"drain_seconds": 0, "deadline_seconds": 10},
    }
}
MODEL_VALUES = {"max_batch_size": 1, "max_queue_length": 4, "inline_below_seconds": 0}
TRITON_VALUES = {"max_requests": 1, "max_queue_length": 4}
# Routes of a team: a slow one, and a broken one.
ROUTES = """

@router.get("/slow")
async def slow(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("broken")
"""
# A team's model, which a few clients keep busy.
MODEL = """

class SlowClassifier(IrisClassifier):
    def predict(self, batch):
        import time

        time.sleep(0.02)
        return super().predict(batch)
"""
FLOWER = json.dumps(
    {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
).encode()


class Observed:
    """The three processes, and queries of them."""

    def __init__(self, service: support.Generated, folder: Path) -> None:
        self.service = service
        self.inference = str(service.answers["inference"])
        self.triton: FakeTriton | None = None
        values = json.loads(json.dumps(VALUES))
        package = Path(str(service.answers["package_path"]))
        self._append(package / "routes.py", ROUTES)
        if self.inference == "local":
            self._append(package / "model.py", MODEL)
            model = f"{package.name}.model:SlowClassifier"
            values["config"]["inference"] = {"model": model, **MODEL_VALUES}
        elif self.inference == "triton":
            self.triton = FakeTriton(seconds=0.02)
            values["config"]["triton"] = {"url": self.triton.url, **TRITON_VALUES}
        self.manifests = support.manifests(service, values)
        (folder / "run").mkdir()
        self.folder = folder
        self.running = support.Running(service, self.manifests, folder / "run")
        self.port = self.manifests.ports["http"]
        self.prometheus, self.alertmanager = support.free_ports(2)
        self._stack = ExitStack()
        if self.triton:
            self._stack.callback(self.triton.close)

    def _append(self, name: Path, text: str) -> None:
        with (self.service.folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def __enter__(self) -> Self:
        try:
            self._start_all()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _start_all(self) -> None:
        self._stack.enter_context(self.running)
        self.running.wait_until_ready()
        write = self.folder.joinpath
        write("rules.yaml").write_text(yaml.safe_dump(self.manifests.rules), encoding="utf-8")
        write("prometheus.yaml").write_text(yaml.safe_dump(self._configuration()), encoding="utf-8")
        write("alertmanager.yaml").write_text(
            yaml.safe_dump(
                {
                    "route": {"receiver": "team", "group_wait": "0s"},
                    "receivers": [{"name": "team"}],
                }
            ),
            encoding="utf-8",
        )
        self._start(
            "alertmanager",
            self.alertmanager,
            "--cluster.listen-address=",
            f"--storage.path={self.folder / 'alertmanager'}",
        )
        self._start(
            "prometheus",
            self.prometheus,
            f"--storage.tsdb.path={self.folder / 'prometheus'}",
        )
        wait_for(lambda: self.query("service_build_info"), "the first scrape")

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _configuration(self) -> dict[str, Any]:
        service = self.manifests.services["management"]
        monitor = self.manifests.kind("ServiceMonitor")
        (endpoint,) = monitor["spec"]["endpoints"]
        ports = {port["name"]: port["targetPort"] for port in service["spec"]["ports"]}
        port = self.manifests.ports[ports[endpoint["port"]]]
        job = service["metadata"]["labels"][monitor["spec"]["jobLabel"]]
        labels = {
            "namespace": support.NAMESPACE,
            "service": service["metadata"]["name"],
            "pod": f"{job}-5d4f8c7b9-x2x4x",
            "container": self.manifests.container["name"],
            "endpoint": endpoint["port"],
        }
        return {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yaml"],
            "alerting": {
                "alertmanagers": [
                    {"static_configs": [{"targets": [f"127.0.0.1:{self.alertmanager}"]}]}
                ]
            },
            "scrape_configs": [
                {
                    "job_name": job,
                    "metrics_path": endpoint["path"],
                    "static_configs": [{"targets": [f"127.0.0.1:{port}"], "labels": labels}],
                }
            ],
        }

    def _start(self, name: str, port: int, *arguments: str) -> None:
        path = self.folder / f"{name}.log"
        log = self._stack.enter_context(path.open("wb"))
        options = [f"--config.file={self.folder / name}.yaml", *arguments]
        options.append(f"--web.listen-address=127.0.0.1:{port}")
        process = subprocess.Popen(
            [parts.path(name), *options], cwd=self.folder, stdout=log, stderr=subprocess.STDOUT
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        ready = lambda: request(port, "/-/ready").status == 200  # noqa: E731
        wait_for(ready, f"the start of {name}", process, path)

    # --- Queries ----------------------------------------------------------------------------------

    def api(self, path: str, **parameters: str) -> Any:
        """Call Prometheus' API; an error fails the test."""
        response = request(self.prometheus, f"/api/v1/{path}?{urlencode(parameters)}")
        content = json.loads(response.text)
        assert content["status"] == "success", content
        return content["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the current value of an expression."""
        result: list[dict[str, Any]] = self.api("query", query=expression)["result"]
        return result

    def history(self, expression: str, since: float) -> list[dict[str, Any]]:
        """Return the values of an expression, second by second."""
        result: list[dict[str, Any]] = self.api(
            "query_range", query=expression, start=str(since), end=str(time.time()), step="1"
        )["result"]
        return result

    def alerts(self) -> list[dict[str, Any]]:
        """Return the alerts that the Alertmanager has received."""
        alerts: list[dict[str, Any]] = json.loads(request(self.alertmanager, "/api/v2/alerts").text)
        return alerts

    # --- Traffic ----------------------------------------------------------------------------------

    def traffic(self, seconds: float, *, trouble: bool = True) -> None:
        """Send good and bad requests; with `trouble` also slow, failing and too many ones."""
        end = time.monotonic() + seconds
        kinds: list[tuple[int, Callable[[], Any]]] = [(2, self._good), (1, self._bad)]
        if trouble:
            kinds += [
                (1, lambda: request(self.port, "/api/v1/broken")),
                (4, lambda: request(self.port, "/api/v1/slow?seconds=0.7")),
                (1, self._too_many),
            ]
        stop = threading.Event()

        def repeat(send: Callable[[], Any]) -> None:
            while time.monotonic() < end and not stop.is_set():
                send()
                time.sleep(0.05)

        with ThreadPoolExecutor(16) as pool:
            futures = [pool.submit(repeat, send) for number, send in kinds for _ in range(number)]
            try:
                for future in futures:
                    future.result()
            finally:
                stop.set()

    def _good(self) -> None:
        if self.inference != "none":
            headers = {"content-type": "application/json"}
            request(self.port, "/api/v1/predict", "POST", FLOWER, **headers)
        else:
            request(self.port, "/api/v1/greeting?name=Ada")

    def _good_until(self, end: float) -> None:
        while time.monotonic() < end:
            self._good()

    def _bad(self) -> None:
        for path in ("/nowhere", "/api/v1/slow?seconds=many"):
            request(self.port, path)
        request(self.port, "/api/v1/slow?seconds=0", "GET", b"x" * 20000)
        if self.triton:
            self.triton.status = 500
            self._good()
            self.triton.status = 200

    def _too_many(self) -> None:
        """Send requests all at once: more than may be in progress, or wait for the model."""
        if int(time.monotonic()) % 4 < 2:
            return
        slow = lambda _: request(self.port, "/api/v1/slow?seconds=1.2")  # noqa: E731
        with ThreadPoolExecutor(30) as pool:
            list(pool.map(slow, range(15)))
            # Longer than the scrape interval, so that a scrape sees the queue.
            end = time.monotonic() + 2.5
            list(pool.map(lambda _: self._good_until(end), range(8)))


def resolve(expression: str, job: str, rate: str = "5s") -> str:
    """Replace the dashboard's variables with values, as Grafana does."""
    words = {
        "$__rate_interval": rate,
        "$namespace": ".*",
        "$instance": ".*",
        "$job": job,
    }
    for word, value in words.items():
        expression = expression.replace(word, value)
    return expression


def finite(series: list[dict[str, Any]]) -> Iterator[float]:
    """Yield the finite numbers of a history."""
    for one in series:
        for _, value in one["values"]:
            if value not in ("NaN", "+Inf", "-Inf"):
                yield float(value)
