"""Code of a service that its chassis makes superfluous."""

import pytest
from drydock.conformance.superfluous import superfluous


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("start_http_server(9100)\n", "own_metrics"),
        ("Instrumentator().instrument(app)\n", "own_metrics"),
        ("logging.basicConfig(level=10)\n", "own_logging"),
        ("@app.get('/health')\ndef health(): ...\n", "own_path"),
        ("def main():\n    warm_up()\n    uvicorn.run('a:app', port=8000)\n", "own_start"),
    ],
)
def test_superfluous_code_is_found(code: str, kind: str) -> None:
    assert [fact.about for fact in superfluous({"src/iris/a.py": code}, "src/iris")] == [kind]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("src/iris/chassis/logs.py", "logging.basicConfig()\n"),
        ("tests/test_a.py", "logging.basicConfig()\n"),
        ("src/iris/a.py", "log = logging.getLogger()\nREQUESTS = Counter('a', 'b')\n"),
        ("src/iris/a.py", "(\n"),
    ],
)
def test_chassis_tests_and_other_code_are_ignored(path: str, code: str) -> None:
    assert list(superfluous({path: code}, "src/iris")) == []
