"""A team's lint settings apply to its own files, not to the template's."""

import subprocess
from pathlib import Path

import pytest
from ruff.__main__ import find_ruff_bin

from tests.template import matrix


@pytest.mark.parametrize("layout", matrix.LAYOUTS)
def test_ruff_settings_of_a_service_skip_template_files(tmp_path: Path, layout: str) -> None:
    service = tmp_path / "service"
    answers = matrix.LAYOUTS[layout] | {"service_name": "demo-service"}
    matrix.Variant(layout, answers).render(service)
    config = service / "ruff.toml"
    text = config.read_text("utf-8").replace("line-length = 100", "line-length = 60")
    config.write_text(text.replace('select = ["A", ', 'select = ["A", "D", "ANN", '), "utf-8")

    output = "".join(
        subprocess.run(
            [find_ruff_bin(), *command, "--no-cache", "."],
            cwd=service,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for command in (["format", "--check"], ["check", "--output-format=concise"])
    )

    assert "routes.py" in output, "the settings apply to the service's own files"
    for name in ("chassis", "noxfile.py", "test_chassis.py", "test_openapi.py"):
        assert name not in output
