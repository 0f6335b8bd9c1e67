"""The safe fixes of ruff's rules `UP` (pyupgrade) and `FAST` (FastAPI).

Source: https://docs.astral.sh/ruff/rules/#pyupgrade-up, #fastapi-fast. They touch many lines, and
code runs without them: they are applied only if the rule is named, and counted otherwise.
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
# Isolated: the service's own configuration may select more rules, or fail.
_COMMAND = ("check", "--isolated", "--no-cache", "--select=UP,FAST", "--target-version=py311")


def _survey(project: Project) -> Iterator[Edit | Finding]:
    program = shutil.which("ruff")
    code = {path: project.files[path] for path in project.modules}
    if not program:
        how = "install ruff, then run: ruff check --select UP,FAST --fix"
        yield Finding(_NAME, ".", 0, "left", "ruff, which this rule runs, is not installed", how)
        return
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        for path, text in code.items():
            file = Path(scratch, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        reported = _run(program, scratch, "--output-format=json")
        fixable = [one for one in json.loads(reported or "[]") if _is_safe(one)]
        if not fixable:
            return
        _run(program, scratch, "--fix", "--quiet")
        counts = Counter(one["code"] for one in fixable)
        names = ", ".join(f"{count} {name}" for name, count in counts.most_common())
        yield Finding(_NAME, ".", 0, "changed", f"ruff --select UP,FAST: {names}")
        for path, text in code.items():
            new = Path(scratch, path).read_text("utf-8")
            if new != text:
                yield Edit(path, new)


def _is_safe(violation: dict[str, dict[str, str]]) -> bool:
    return bool(violation["fix"]) and violation["fix"]["applicability"] == "safe"


def _run(program: str, folder: str, *more: str) -> str:
    """Run ruff on a copy of the code, and return its output."""
    done = subprocess.run(
        [program, *_COMMAND, *more, "."], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout


RULE = Rule(
    name=_NAME,
    summary="the safe fixes of `ruff --select UP,FAST` (pyupgrade, FastAPI)",
    since="1.5.0",
    survey=_survey,
    on_request=True,
)
