"""pyupgrade's and FastAPI's own rules, by ruff: `UP` and `FAST`, what it calls safe.

Source: https://docs.astral.sh/ruff/rules/#pyupgrade-up, #fastapi-fast. They touch much, and none of
it is needed to run, so that it is done only by the name of the rule; otherwise its count is told.
"""

import json
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project
from drydock.codemods.rule import Rule

_NAME = "tools-ruff"
# Nothing of the service's own configuration: it may select more, or fail.
_COMMAND = ("check", "--isolated", "--no-cache", "--select=UP,FAST", "--target-version=py311")


def _survey(project: Project) -> Iterator[Edit | Finding]:
    program = shutil.which("ruff")
    code = {path: project.files[path] for path in project.modules}
    if not program:
        how = "install ruff, and: ruff check --select UP,FAST --fix"
        yield Finding(_NAME, "", 0, "left", "ruff is not installed, which does this", how)
        return
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        for path, text in code.items():
            file = Path(scratch, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        reported = _run(program, scratch, "--output-format=json")
        found = [one for one in json.loads(reported or "[]") if _is_safe(one)]
        if not found:
            return
        _run(program, scratch, "--fix", "--quiet")
        counts = Counter(one["code"] for one in found)
        names = ", ".join(f"{count} {name}" for name, count in counts.most_common())
        yield Finding(_NAME, "", 0, "changed", f"ruff --select UP,FAST: {names}")
        for path, text in code.items():
            new = Path(scratch, path).read_text("utf-8")
            if new != text:
                yield Edit(path, new)


def _is_safe(found: dict[str, dict[str, str]]) -> bool:
    return bool(found["fix"]) and found["fix"]["applicability"] == "safe"


def _run(program: str, folder: str, *more: str) -> str:
    """Run ruff on a copy of the code; what it says of syntax is said elsewhere."""
    done = subprocess.run(
        [program, *_COMMAND, *more, "."], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout


RULE = Rule(
    name=_NAME,
    summary="pyupgrade's and FastAPI's own rules, by `ruff --select UP,FAST`",
    since="1.5.0",
    survey=_survey,
    on_request=True,
)
