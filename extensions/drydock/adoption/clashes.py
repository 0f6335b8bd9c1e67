"""What a service does itself that the standard does, too, or that a person must carry over."""

import re
from collections.abc import Iterator
from dataclasses import replace

from drydock.adoption.facts import Fact, Files, code
from drydock.adoption.translate import Concern, Todo

_AT_THE_ROOT = re.compile(
    r"^(\.github/|\.gitlab-ci\.yml$|Jenkinsfile$|renovate\.json$|\.pre-commit-config\.yaml$)"
)
_FACTS = {
    "pipeline": ("{value}", "call the sessions of noxfile.py in it"),
    "own_metrics": (
        "it serves metrics of its own: {value}",
        "they still work; the chassis serves the same registry at /metrics of the management "
        "port, so this server can be removed",
    ),
    "own_path": (
        "it serves {value} itself",
        "that still works; health and metrics of the standard are on the management port",
    ),
    "configuration": (
        "it defines its own settings ({value})",
        "they still work, but the chassis does not read them: it reads config/application.yml and "
        "APP__ variables",
    ),
    "own_start": (
        "before it starts the server, {value}; the chassis starts the application itself",
        "do it in the application's lifespan, if it is still needed",
    ),
    "own_tracing": (
        "it traces requests itself: {value}",
        "answer tracing with yes to have spans of each request from the chassis, and take it out",
    ),
    "own_errors": (
        "it answers errors in its own way: {value}",
        "that goes on; errors that it does not handle are the chassis'",
    ),
    "own_logging": (
        "it sets up logging itself: {value}",
        "take it out, so that log lines come as JSON with request ids",
    ),
}
_CONCERNS: dict[str, Concern] = {
    "own_path": "callers", "pipeline": "operators", "own_metrics": "operators",
    "configuration": "operators", "own_start": "start", "own_logging": "operators",
    "own_tracing": "operators", "own_errors": "debt",
}  # fmt: skip
_LIFESPAN = "FastAPI(lifespan=...): https://fastapi.tiangolo.com/advanced/events/"
# What is no longer there in a current FastAPI or pydantic, or here; each with what is instead.
_GONE = {
    r"(?<!router)\.add_event_handler\(": (
        "Starlette 1 has no add_event_handler",
        f"{_LIFESPAN}; app.router.add_event_handler is still there",
    ),
    r"\b\w*router\w*\.on_event\(": (
        "start-up and shut-down events of a router that is included run twice",
        _LIFESPAN,
    ),
    r"(?<!outer)\.on_event\(": (
        "start-up and shut-down events still run, with a warning, but not beside a lifespan",
        _LIFESPAN,
    ),
    r"from pydantic import .*\bBaseSettings\b|pydantic\.BaseSettings": (
        "BaseSettings is a package of its own since pydantic 2",
        "from pydantic_settings import BaseSettings; drydock modernize changes it",
    ),
    r"@(?:pydantic\.)?(?:root_)?validator\(": (
        "validators have other names since pydantic 2",
        "@field_validator or @model_validator(mode=...); drydock modernize changes it",
    ),
    r"^\s*class Config:": (
        "`class Config` is read with a warning since pydantic 2",
        "model_config = ConfigDict(...); drydock modernize changes it",
    ),
    r"""["']tool["']\]\[["']poetry["']\]""": (
        "[tool.poetry] is [project] in pyproject.toml now",
        "read it there",
    ),
}
# What a current FastAPI answers otherwise.
_CHANGED = {
    r"\b(HTTPBearer|HTTPBasic|HTTPDigest|APIKey(Header|Query|Cookie)|OAuth2\w+)\(": (
        "a missing login is answered 401 by today's FastAPI, and was 403"
    ),
}
_TOGETHER = {"own_errors", "own_path"}
_VARIABLES = 12
"""How many variables are named in a report."""


def find(facts: list[Fact], files: Files, standard: Files, prefix: str) -> Iterator[Todo]:
    """Yield what is to be done by hand.

    `files` are the service's, `standard` the standard's, and `prefix` where the service lies in
    its repository.
    """
    measuring = {path: text for path, text in standard.items() if "prometheus_client" in text}
    collectors = {fact.value for fact in code.find(measuring) if fact.about == "collector"}
    facts = list(_in_one_line([fact for fact in facts if fact.path not in standard]))
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
            why = f"the chassis has the metric {fact.value}, too, and one name registers only once"
            yield Todo(fact.path, fact.line, why, "rename it, or take it out", "start")
        elif fact.about == "unreadable":
            how = (
                "nothing of it is looked into: fix it, or run drydock on the Python that it is for"
            )
            yield Todo(fact.path, fact.line, fact.value, how, "start")
    stays = "requires-poetry" in standard.get("pyproject.toml", "")
    for path, text in sorted(files.items()):
        if path.endswith(".py") and path not in standard:
            yield from _gone(path, text)
        elif path == "poetry.lock" and "uv.lock" not in files and not stays:
            yield Todo(path, 0, "uv.lock takes its place", "git rm poetry.lock")
        elif path == "uv.lock" and stays:
            yield Todo(path, 0, "poetry.lock takes its place", "git rm uv.lock")
    yield from _environment(facts)
    yield from _charts(facts, standard)
    for fact in facts:
        if fact.about == "manifest" and fact.value != "Service":
            how = "probes: /livez and /readyz on the management port; keep the rest"
            yield Todo(fact.path, fact.line, f"a {fact.value} of its own", how, "operators")
    yield from _at_the_root(standard, prefix)


def _in_one_line(facts: list[Fact]) -> Iterator[Fact]:
    """Yield the facts, those that say the same of several places of a file as one, at the first."""
    values: dict[tuple[str, str], dict[str, None]] = {}
    for fact in facts:
        if fact.about in _TOGETHER:
            values.setdefault((fact.about, fact.path), {})[fact.value] = None
    for fact in facts:
        if fact.about not in _TOGETHER:
            yield fact
        elif held := values.pop((fact.about, fact.path), None):
            yield replace(fact, value=", ".join(held))


def _environment(facts: list[Fact]) -> Iterator[Todo]:
    """Yield what code reads of the environment, once: its operators set that."""
    read = [fact for fact in facts if fact.about == "variable"]
    names = list(dict.fromkeys(fact.value for fact in read))
    if names:
        shown = ", ".join(names[:_VARIABLES])
        more = f" and {len(names) - _VARIABLES} more" if len(names) > _VARIABLES else ""
        how = "set them in env and secretEnv of chart/values.yaml"
        why = f"its code reads variables of the environment: {shown}{more}"
        yield Todo(read[0].path, read[0].line, why, how, "operators")


def _charts(facts: list[Fact], standard: Files) -> Iterator[Todo]:
    """Yield the charts of a service, and what they make that the standard's does not."""
    texts = [text for path, text in standard.items() if path.startswith("chart/templates/")]
    made = {kind for text in texts for kind in re.findall(r"(?m)^kind: (\w+)$", text)}
    for fact in facts:
        if fact.about == "chart" and made:
            how = (
                "what its values set of resources, replicas, hosts and variables belongs in "
                "chart/values.yaml; then git rm it, or keep it and answer helm with no"
            )
            yield Todo(
                fact.path, fact.line, f"{fact.value}, beside the standard's", how, "operators"
            )
        elif fact.about == "chart":
            how = "probes: /livez and /readyz on the management port; keep the rest"
            yield Todo(
                fact.path, fact.line, f"{fact.value}; the standard's stays out", how, "operators"
            )
        elif fact.about == "chart_object" and made and fact.value not in made:
            why = f"a {fact.value}, which the standard's chart has none of"
            yield Todo(
                fact.path, fact.line, why, "carry it over, if it is still needed", "operators"
            )


def _at_the_root(standard: Files, prefix: str) -> Iterator[Todo]:
    for path in sorted(standard) if prefix else ():
        if _AT_THE_ROOT.match(path):
            how = f"put it into the repository's own, for the folder {prefix}"
            yield Todo(path, 0, "it only works at the root of a repository", how, "operators")


def _gone(path: str, text: str) -> Iterator[Todo]:
    for pattern, (why, how) in _GONE.items():
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            line = text[: found.start()].count("\n") + 1
            yield Todo(path, line, why, how, "start")
    for pattern, why in _CHANGED.items():
        if found := re.search(pattern, text):
            line = text[: found.start()].count("\n") + 1
            yield Todo(path, line, why, "tell its callers", "callers")
