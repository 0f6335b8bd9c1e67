"""What a service does that the standard also does, or that a person must carry over."""

import re
from collections.abc import Iterator
from dataclasses import replace

from drydock.adoption import imports
from drydock.adoption.facts import Fact, Files, code, listed
from drydock.adoption.translate import Concern, Todo

_AT_THE_ROOT = re.compile(
    r"^(\.github/|\.gitlab-ci\.yml$|Jenkinsfile$|renovate\.json$|\.pre-commit-config\.yaml$)"
)
_FACTS = {
    "pipeline": ("{value}", "run the sessions of noxfile.py in it"),
    "own_metrics": (
        "it serves its own metrics ({value})",
        "they still work; the chassis serves the same registry at /metrics on the management "
        "port, so you can remove this server",
    ),
    "own_path": (
        "it serves {value} itself",
        "it still works; the standard serves health and metrics on the management port",
    ),
    "configuration": (
        "it defines its own settings ({value})",
        "they still work, but the chassis does not read them: it reads config/application.yml and "
        "APP__ variables",
    ),
    "own_start": (
        "{value} before it starts the server, which the chassis now does instead",
        "if you still need it, move it to the application's lifespan",
    ),
    "own_arguments": (
        "it reads the command line when it is imported, but the chassis starts it with `serve` and "
        "its own options",
        'read it under if __name__ == "__main__", and let the application take variables',
    ),
    "own_tracing": (
        "it traces requests itself ({value})",
        "set tracing to yes: the chassis then creates the spans of each request; remove this",
    ),
    "own_errors": (
        "it handles errors itself ({value})",
        "its handlers still run; the chassis handles all other errors",
    ),
    "own_logging": (
        "it configures logging itself ({value})",
        "remove it to get JSON log lines with request ids",
    ),
}
_CONCERNS: dict[str, Concern] = {
    "own_path": "callers", "pipeline": "operators", "own_metrics": "operators",
    "configuration": "operators", "own_start": "start", "own_logging": "operators",
    "own_arguments": "start", "own_tracing": "operators", "own_errors": "debt",
}  # fmt: skip
_LIFESPAN = "use FastAPI(lifespan=...): https://fastapi.tiangolo.com/advanced/events/"
# What current FastAPI, pydantic and Drydock have removed or renamed, with the replacement.
_GONE = {
    r"(?<!router)\.add_event_handler\(": (
        "Starlette 1 has no add_event_handler",
        f"{_LIFESPAN}; app.router.add_event_handler still exists",
    ),
    r"\b\w*router\w*\.on_event\(": (
        "startup and shutdown events of an included router run twice",
        _LIFESPAN,
    ),
    r"(?<!outer)\.on_event\(": (
        "startup and shutdown events still run, with a warning, but not with a lifespan",
        _LIFESPAN,
    ),
    r"from pydantic import .*\bBaseSettings\b|pydantic\.BaseSettings": (
        "BaseSettings has its own package since pydantic 2",
        "import it from pydantic_settings; drydock modernize does it",
    ),
    r"@(?:pydantic\.)?(?:root_)?validator\(": (
        "pydantic 2 renamed validators",
        "use @field_validator or @model_validator(mode=...); drydock modernize does it",
    ),
    r"^\s*class Config:": (
        "`class Config` is deprecated since pydantic 2",
        "use model_config = ConfigDict(...); drydock modernize does it",
    ),
    r"""["']tool["']\]\[["']poetry["']\]""": (
        "pyproject.toml now has [project] instead of [tool.poetry]",
        "read it from [project]",
    ),
}
# Where the responses of current FastAPI differ.
_CHANGED = {
    r"\b(HTTPBearer|HTTPBasic|HTTPDigest|APIKey(Header|Query|Cookie)|OAuth2\w+)\(": (
        "current FastAPI responds 401 to missing credentials; it used to be 403"
    ),
}
_GROUPED = {"own_errors", "own_path"}


def find(
    facts: list[Fact], files: Files, standard: Files, prefix: str, app: imports.App | None = None
) -> Iterator[Todo]:
    """Yield what must be done by hand.

    `files` are the service's, `standard` the standard's; `prefix` is the service's folder in its
    repository, and `app` the module of its application, if that is known.
    """
    with_metrics = {path: text for path, text in standard.items() if "prometheus_client" in text}
    collectors = {fact.value for fact in code.find(with_metrics) if fact.about == "collector"}
    facts = list(_grouped([fact for fact in facts if fact.path not in standard]))
    facts = list(_one_pipeline(facts))
    facts = [fact for fact in facts if _runs(fact, files, app)]
    for fact in facts:
        if fact.about in _FACTS:
            why, how = _FACTS[fact.about]
            yield Todo(
                fact.path,
                fact.line,
                why.format(value=fact.value),
                how,
                _CONCERNS.get(fact.about, "debt"),
            )
        elif fact.about == "collector" and fact.value in collectors:
            why = f"the chassis also registers the metric {fact.value}, which works only once"
            yield Todo(fact.path, fact.line, why, "rename or remove it", "start")
        elif fact.about == "unreadable":
            how = "fix it, or run drydock on the Python it is written for: until then it is ignored"
            yield Todo(fact.path, fact.line, fact.value, how, "start")
    keeps_poetry = "requires-poetry" in standard.get("pyproject.toml", "")
    for path, text in sorted(files.items()):
        if path.endswith(".py") and path not in standard:
            yield from _gone(path, text)
        elif path == "poetry.lock" and "uv.lock" not in files and not keeps_poetry:
            yield Todo(path, 0, "uv.lock replaces it", "git rm poetry.lock")
        elif path == "uv.lock" and keeps_poetry:
            yield Todo(path, 0, "poetry.lock replaces it", "git rm uv.lock")
    yield from _environment(facts)
    yield from _charts(facts, standard)
    for fact in facts:
        if fact.about == "manifest" and fact.value != "Service":
            how = "point its probes at /livez and /readyz on the management port; keep the rest"
            yield Todo(
                fact.path, fact.line, f"the service has its own {fact.value}", how, "operators"
            )
    yield from _at_the_root(standard, prefix)


def _runs(fact: Fact, files: Files, app: imports.App | None) -> bool:
    """Tell whether the code of a fact runs when the application starts."""
    if app and fact.about == "own_arguments":
        return app.loads(fact.path, files)
    if app and fact.about == "own_start":
        return app.is_loaded_by(fact.path, files)
    return True


def _grouped(facts: list[Fact]) -> Iterator[Fact]:
    """Yield the facts; those of one kind in one file as one, at the line of the first."""
    values: dict[tuple[str, str], dict[str, None]] = {}
    for fact in facts:
        if fact.about in _GROUPED:
            values.setdefault((fact.about, fact.path), {})[fact.value] = None
    for fact in facts:
        if fact.about not in _GROUPED:
            yield fact
        elif merged := values.pop((fact.about, fact.path), None):
            yield replace(fact, value=listed(merged))


def _one_pipeline(facts: list[Fact]) -> Iterator[Fact]:
    """Yield the facts; the pipelines in one folder as one, at the path of the first."""
    names: dict[str, list[str]] = {}
    for fact in facts:
        folder, _, name = fact.path.rpartition("/")
        if fact.about == "pipeline" and folder:
            names.setdefault(folder, []).append(name)
    for fact in facts:
        folder = fact.path.rpartition("/")[0]
        if fact.about != "pipeline" or not folder:
            yield fact
        elif found := names.pop(folder, []):
            also = f", also in {listed(found[1:])}" if found[1:] else ""
            yield replace(fact, value=f"{fact.value}{also}")


def _environment(facts: list[Fact]) -> Iterator[Todo]:
    """Yield one item for all environment variables that the code needs, one for all it reads."""
    how = "set them under env and secretEnv in chart/values.yaml"
    kinds: dict[str, tuple[str, Concern]] = {
        "required_variable": ("its code fails without environment variables", "start"),
        "variable": ("its code reads environment variables", "operators"),
    }
    known: set[str] = set()
    for about, (why, concern) in kinds.items():
        found = [fact for fact in facts if fact.about == about and fact.value not in known]
        names = dict.fromkeys(fact.value for fact in found)
        known |= names.keys()
        if found:
            yield Todo(found[0].path, found[0].line, f"{why} ({listed(names)})", how, concern)


def _charts(facts: list[Fact], standard: Files) -> Iterator[Todo]:
    """Yield the charts of a service, and the objects that only they create."""
    texts = [text for path, text in standard.items() if path.startswith("chart/templates/")]
    kinds = {kind for text in texts for kind in re.findall(r"(?m)^kind: (\w+)$", text)}
    for fact in facts:
        if fact.about == "chart" and kinds:
            how = (
                "move its resources, replicas, hosts and variables to chart/values.yaml, then git "
                "rm it; or keep it and set helm to no"
            )
            yield Todo(
                fact.path, fact.line, f"{fact.value}, next to the standard's", how, "operators"
            )
        elif fact.about == "chart":
            how = "point its probes at /livez and /readyz on the management port; keep the rest"
            yield Todo(
                fact.path, fact.line, f"{fact.value}; the standard's is left out", how, "operators"
            )
        elif fact.about == "chart_object" and kinds and fact.value not in kinds:
            why = f"the standard's chart has no {fact.value}"
            yield Todo(
                fact.path,
                fact.line,
                why,
                "add it to the standard's chart, if you still need it",
                "operators",
            )


def _at_the_root(standard: Files, prefix: str) -> Iterator[Todo]:
    for path in sorted(standard) if prefix else ():
        if _AT_THE_ROOT.match(path):
            how = f"merge it into the repository's own, for the folder {prefix}"
            yield Todo(path, 0, "it works only at the root of a repository", how, "operators")


def _gone(path: str, text: str) -> Iterator[Todo]:
    for pattern, (why, how) in _GONE.items():
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            line = text[: found.start()].count("\n") + 1
            yield Todo(path, line, why, how, "start")
    for pattern, why in _CHANGED.items():
        if found := re.search(pattern, text):
            line = text[: found.start()].count("\n") + 1
            yield Todo(path, line, why, "tell the service's clients", "callers")
