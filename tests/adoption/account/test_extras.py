"""Which optional dependencies of the service a command installs."""

import pytest
from drydock.adoption.account.extras import chosen


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("uv sync --frozen --extra gpu --group=serving", ["extra gpu", "group serving"]),
        ("uv sync --all-extras --no-dev", ["all extras"]),
        ("uv sync --group ${GROUP}", ["group ${GROUP}"]),
        ("pip install --no-cache-dir -e '.[api,ml]'", ["extra api", "extra ml"]),
        ("python -m pip install ./service[gpu]", ["extra gpu"]),
        ("uv pip install --system .[gpu]", ["extra gpu"]),
        ("poetry install --with ml,api -E gpu --only main", ["group ml", "group api", "extra gpu"]),
        ('poetry install --extras "gpu api"', ["extra gpu", "extra api"]),
        ("pdm install -G ml --prod", ["group ml"]),
        ("pip install -r requirements.txt 'uvicorn[standard]'", []),
        ("pip install -i https://example.com/[x] torch", []),
        ("poetry add fastapi --extras all", []),
        ("echo uv sync --extra gpu", []),
    ],
)  # fmt: skip
def test_chosen_extras(command: str, expected: list[str]) -> None:
    assert list(chosen(command)) == expected
