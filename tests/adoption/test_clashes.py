"""What a service does that the standard also does is reported with file and line."""

import pytest
from drydock.adoption import clashes, imports
from drydock.adoption.facts import gather

FOUND = {
    "a server of metrics": ("\nstart_http_server(8081)\n", 2, "it serves its own metrics"),
    "a route of the standard": ('@app.get("/metrics")\ndef f(): ...\n', 1, "it serves /metrics"),
    "logging": ("import logging\nlogging.basicConfig()\n", 2, "it configures logging itself"),
    "events": ('\n@app.on_event("startup")\ndef f(): ...\n', 2, "still run, with a warning"),
    "events of a router": ('\n@router.on_event("startup")\ndef f(): ...\n', 2, "run twice"),
    "a method that Starlette 1 removed": (
        "\napp.add_event_handler('startup', f)\n",
        2,
        "Starlette 1 has no",
    ),
    "a bearer token": ("\nbearer = HTTPBearer()\n", 2, "responds 401"),
    "a health check": ('@app.get("/api/v1/healthcheck")\ndef f(): ...\n', 1, "healthcheck itself"),
    "a heartbeat": ('@app.get("/__heartbeat__")\ndef f(): ...\n', 1, "it serves /__heartbeat__"),
    "a health router of a library": (
        "\nHealthcheckRouter(checks)\n",
        2,
        "HealthcheckRouter itself",
    ),
    "structlog": ("\nstructlog.configure(x)\n", 2, "it configures logging itself"),
    "tracing": (
        "\nFastAPIInstrumentor.instrument_app(app)\nTracerProvider()\n",
        3,
        "traces requests",
    ),
    "an error handler": (
        "\n@app.exception_handler(Oops)\ndef f(): ...\n",
        2,
        "it handles errors itself (Oops)",
    ),
    "several error handlers as one item": (
        "\n@app.exception_handler(A)\ndef f(): ...\n\n\n@app.exception_handler(B)\ndef g(): ...\n",
        2,
        "it handles errors itself (A, B)",
    ),
    "environment variables": (
        "\na = os.getenv('A')\nb = os.environ.get('B')\nc = os.getenv('A')\n",
        2,
        "reads environment variables (A, B)",
    ),
    "environment variables without a default": (
        "\na = os.environ['A']\nb = environ['B']\nos.environ['C'] = a\nc = os.getenv('A')\n",
        2,
        "fails without environment variables (A, B)",
    ),
    "settings of pydantic 1": ("from pydantic import BaseModel, BaseSettings\n", 1, "BaseSettings"),
    "validators of pydantic 1": ('@validator("x")\ndef f(): ...\n', 1, "validators"),
    "a table that pyproject.toml no longer has": (
        'data["tool"]["poetry"]["version"]\n',
        1,
        "instead of [tool.poetry]",
    ),
    "a call before the server starts": (
        "def main():\n    print(1)\n    warm()\n    uvicorn.run(app)\n",
        3,
        "main calls warm before it starts the server",
    ),
}


ARGUMENTS = {
    "of a parser": "parser = ArgumentParser()\nargs = parser.parse_args()\n",
    "of a function": "def read():\n    return p.parse_args()\n\n\nif x:\n    args: A = read()\n",
    "by position": "import sys\nport = int(sys.argv[1])\n",
}
NO_ARGUMENTS = {
    "started as a program": 'if __name__ == "__main__":\n    args = parser.parse_args()\n',
    "in a function": "def main():\n    args = parser.parse_args()\n",
    "given by code": "args = parser.parse_args([])\n",
    "unknown ones allowed": "args, _ = parser.parse_known_args()\n",
    "the name of the program": "name = sys.argv[0]\n",
}


def left(files: dict[str, str], app: imports.App | None = None) -> list[tuple[str, int, str]]:
    found = clashes.find(gather(files), files, {}, "", app)
    return [(one.path, one.line, one.why.split(",")[0]) for one in found]


@pytest.mark.parametrize("case", ARGUMENTS)
def test_command_line_that_is_read_on_import_is_reported(case: str) -> None:
    text = ARGUMENTS[case]
    why = "it reads the command line when it is imported"
    assert left({"shop/main.py": text}) == [("shop/main.py", text.count("\n"), why)]


@pytest.mark.parametrize("case", NO_ARGUMENTS)
def test_command_line_that_is_not_read_on_import_is_no_clash(case: str) -> None:
    assert left({"shop/main.py": NO_ARGUMENTS[case]}) == []


def test_only_what_runs_with_the_application_is_reported() -> None:
    reads, starts = "args = parse_args()\n", "def main():\n    warm()\n    uvicorn.run(app)\n"
    files = {
        "src/shop/main.py": "from shop.settings import args\n",
        "src/shop/settings.py": f"def parse_args():\n    return parser.parse_args()\n\n\n{reads}",
        "src/shop/run.py": f"from shop.main import app\n\n\n{starts}",
        "src/other/main.py": f"def parse_args():\n    return p.parse_args()\n\n\n{reads}{starts}",
    }
    assert left(files, imports.app_of(files, "shop.main:app", "src/shop")) == [
        ("src/shop/run.py", 5, "main calls warm before it starts the server"),
        ("src/shop/settings.py", 5, "it reads the command line when it is imported"),
    ]
    assert imports.app_of(files, "shop.gone:app", "src/shop") is None


SERVED = {
    "decorator": '@app.get("/metrics")\nasync def f(): ...\n',
    "decorator that is called": 'app.get("/metrics")(f)\n',
    "method of a router": 'router.add_api_route("/metrics", f)\n',
    "route of Starlette": 'routes = [Route("/metrics", f)]\n',
}
REQUESTED = {
    "client of requests": 'requests.get("/metrics")\n',
    "session of httpx": 'async def f():\n    await client.post("/health", json={})\n',
    "client of a load test": "class User(HttpUser):\n    def f(self):\n"
    '        self.client.get("/health", name="/health")\n',
    "mapping": 'TITLES.get("/health")\n',
}


def own_paths(path: str, text: str) -> list[str]:
    files = {path: text}
    return [todo.why for todo in clashes.find(gather(files), files, {}, "")]


@pytest.mark.parametrize("case", SERVED)
def test_served_path_is_reported(case: str) -> None:
    assert own_paths("shop/main.py", SERVED[case]) == ["it serves /metrics itself"]


@pytest.mark.parametrize("case", REQUESTED)
def test_requested_path_is_not_served(case: str) -> None:
    assert own_paths("shop/main.py", REQUESTED[case]) == []


@pytest.mark.parametrize(
    "path", ["locustfile.py", "load_tests/stub.py", "loadtest/app.py", "evals/load_test.py"]
)
def test_load_tests_are_not_the_service(path: str) -> None:
    text = '@app.get("/health")\ndef f(): ...\n\n\nhost = os.getenv("TARGET")\n'
    assert own_paths(path, text) == []


@pytest.mark.parametrize("case", FOUND)
def test_clash_in_code_is_reported_with_its_line(case: str) -> None:
    text, line, why = FOUND[case]
    files = {"shop/main.py": text}
    (todo,) = clashes.find(gather(files), files, {}, "")
    assert (todo.path, todo.line) == ("shop/main.py", line)
    assert why in todo.why


def test_files_of_the_standard_do_not_clash() -> None:
    files = {"shop/chassis/logs.py": "logging.basicConfig()\n", "noxfile.py": "@x.on_event(1)\n"}
    assert list(clashes.find(gather(files), files, files, "")) == []


def test_metric_that_the_chassis_also_registers() -> None:
    standard = {"shop/chassis/metrics.py": 'import prometheus_client\nGauge("http_busy", "")\n'}
    metrics = 'Gauge("busy", "", namespace="http")\nCounter("sold_total", "")\nCounter(name)\n'
    files = {"shop/main.py": metrics}
    (todo,) = clashes.find(gather(files), files, standard, "")
    assert (todo.path, todo.line) == ("shop/main.py", 1)
    assert "http_busy" in todo.why


def test_files_for_the_root_of_a_repository_are_reported_in_a_subfolder() -> None:
    paths = [
        ".github/workflows/ci.yml",
        ".gitlab-ci.yml",
        ".pre-commit-config.yaml",
        "Jenkinsfile",
        "renovate.json",
        "Dockerfile",
        "chart/renovate.json",
    ]
    standard = dict.fromkeys(paths, "")
    reported = [todo.path for todo in clashes.find([], {}, standard, "services/shop/")]
    assert reported == paths[:5]
    assert list(clashes.find([], {}, standard, "")) == []


CHART = {
    "helm/Chart.yaml": "apiVersion: v2\nname: shop\n",
    "helm/templates/web.yaml": "kind: Deployment\n---\nkind: CronJob\n",
    "helm/charts/redis/Chart.yaml": "name: redis\n",
}


def test_own_chart_next_to_the_standards() -> None:
    standard = {"chart/templates/deployment.yaml": "kind: Deployment\n"}
    chart, object_ = clashes.find(gather(CHART), CHART, standard, "")
    assert (chart.path, chart.line) == ("helm/Chart.yaml", 2)
    assert "chart/values.yaml" in chart.how
    assert (object_.path, object_.line) == ("helm/templates/web.yaml", 3)
    assert "the standard's chart has no CronJob" in object_.why


def test_own_chart_without_the_standards_needs_new_probes() -> None:
    (chart,) = clashes.find(gather(CHART), CHART, {}, "")
    assert (chart.path, "probes" in chart.how) == ("helm/Chart.yaml", True)


def test_own_pipelines_are_reported() -> None:
    files = {"Jenkinsfile": "", ".circleci/config.yml": "", "docs/Jenkinsfile": ""}
    reported = [todo.path for todo in clashes.find(gather(files), files, {}, "")]
    assert reported == [".circleci/config.yml", "Jenkinsfile"]


def test_pipelines_of_one_folder_are_one_item() -> None:
    files = {f".github/workflows/{name}.yml": "" for name in ("ci", "lint", "release")}
    files["Jenkinsfile"] = ""
    jenkins, github = sorted(
        clashes.find(gather(files), files, {}, ""), key=lambda todo: todo.path, reverse=True
    )
    assert (jenkins.path, github.path) == ("Jenkinsfile", ".github/workflows/ci.yml")
    assert jenkins.why == "the service has its own pipeline"
    assert github.why == "the service has its own pipeline, also in lint.yml, release.yml"
