"""The variants that the template can generate, and how to render one from this working tree."""

import itertools
import shutil
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import covertable
import yaml
from drydock.template import rendering
from drydock.template.releases import Release

REPOSITORY = Path(__file__).parents[2]

LAYOUTS = {
    "src": {"package_path": "src/demo_service"},
    "package": {"package_path": "demo_service"},
    "app": {"package_path": "app"},
    "flat": {"package_path": "demo_service", "app": "main:app"},
}
PACKAGE_INDEX = "https://packages.example.com/simple/"
FACTORS: dict[str, list[Any]] = {
    "layout": list(LAYOUTS),
    "inference": ["none", "local", "triton"],
    "adopted": [False, True],
    "python_version": ["3.11", "3.12", "3.13", "3.14"],
    "config_server": [False, True],
    "tracing": [False, True],
    "packaging": ["uv", "poetry"],
    "package_index": ["", PACKAGE_INDEX],
    "helm": [True, False],
}
# Factors that affect a running service: image, chart and index are not part of an installation.
OF_AN_INSTALLATION = ("inference", "adopted", "config_server", "tracing")

# Values that no factor covers, and that have broken templates before.
EDGES: dict[str, dict[str, Any]] = {
    "defaults": {},
    "shortest name": {"service_name": "a"},
    "longest name": {"service_name": "a" + "-bcdefgh" * 6 + "i"},
    "name of a module": {"service_name": "json"},
    "keyword as name": {"service_name": "class"},
    "truth as name": {"service_name": "on"},
    "chart as package": {"package_path": "chart"},
    "quotes": {"description": "A \"quoted\" \\ 'text' with $HOME, {{ braces }} & <tags>: #1"},
    "not Latin": {"description": "Klassifiziert Blüten 🌸", "owner": "Équipe «données»"},
    "deep path": {"package_path": "python/services/one/src/demo"},
    "other ports": {"service_port": 9000, "management_port": 1024},
    "other attribute": {"app": "my_service.api.http:application"},
    "GitHub": {"ci": "github"},
    "GitLab": {"ci": "gitlab"},
    "GitLab without a model, flat": {"ci": "gitlab", "inference": "none"} | LAYOUTS["flat"],
    "no pipeline": {"ci": "none"},
    "GitHub, Poetry": {"ci": "github", "packaging": "poetry"},
    "GitLab, Poetry, flat": {"ci": "gitlab", "packaging": "poetry"} | LAYOUTS["flat"],
    "Jenkins, adopted": {"ci": "jenkins", "adopted": True},
    "GitHub, adopted": {"ci": "github", "adopted": True},
}


@dataclass(frozen=True)
class Variant:
    """One combination of answers, under a name for people."""

    name: str
    answers: Mapping[str, Any]
    adopted: bool = False

    def render(self, folder: Path, operation: rendering.Operation = "copy") -> rendering.Rendering:
        """Render the working tree's template into `folder`, which must not exist yet."""
        return render(REPOSITORY, folder, self.answers, operation)


def render(
    template: Path,
    folder: Path,
    answers: Mapping[str, Any],
    operation: rendering.Operation = "copy",
) -> rendering.Rendering:
    """Render a template's checkout with `answers`, and defaults for the rest."""
    release = Release("v0.0.0", "0" * 40, None)
    checkout = rendering.Checkout(template, str(template), release)
    # Not the folder's name, which is the default and differs in every test.
    data = {"service_name": "my-service"} | dict(answers)
    request = rendering.Request(operation=operation, data=data, defaults=True)
    return rendering.render(checkout, folder, request)


@cache
def _company_questions() -> dict[str, Any]:
    questions: dict[str, Any] = yaml.safe_load((REPOSITORY / "company.yml").read_text("utf-8"))
    return questions


def fork(folder: Path, company: Mapping[str, Any]) -> Path:
    """Copy the template into `folder` as a company's fork, with its own hidden values."""
    folder.mkdir(parents=True)
    for name in ("copier.yml", "reserved.yml", "company_questions.yml"):
        shutil.copy(REPOSITORY / name, folder)
    shutil.copytree(REPOSITORY / "template", folder / "template")
    values = deepcopy(_company_questions())
    for name, value in company.items():
        values[name]["default"] = value
    (folder / "company.yml").write_text(yaml.safe_dump(values), encoding="utf-8")
    return folder


def as_upstream(company: Path) -> None:
    """Reset the company's name and registry in a copied `company.yml`: forks run these tests."""
    values = yaml.safe_load(company.read_text(encoding="utf-8"))
    values["company_name"]["default"] = ""
    values["company_registry"]["default"] = "registry.example.com/services"
    company.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")


def covering(
    strength: int, narrowed: Mapping[str, str], names: Collection[str] = tuple(FACTORS)
) -> Iterator[Variant]:
    """Yield variants that cover all combinations of any `strength` of the named factors.

    `narrowed` fixes factors at one value, also those that are not named. Layouts take turns if
    they are not named.
    """
    factors = _narrow(narrowed)
    factors = {name: factors[name] for name in FACTORS if name in names or name in narrowed}
    rows = covertable.make(factors, strength=min(strength, len(factors)))
    for row, layout in zip(rows, itertools.cycle(LAYOUTS), strict=False):
        yield _variant({"layout": layout} | {name: row[name] for name in factors})


def every(narrowed: Mapping[str, str]) -> Iterator[Variant]:
    """Yield the whole product of the factors, of which `narrowed` fixes some at one value."""
    factors = _narrow(narrowed)
    for values in itertools.product(*factors.values()):
        yield _variant(dict(zip(factors, values, strict=True)))


def _narrow(narrowed: Mapping[str, str]) -> dict[str, list[Any]]:
    result = {}
    for name, values in FACTORS.items():
        wanted = [value for value in values if str(value).lower() == narrowed.get(name)]
        if name in narrowed and not wanted:
            raise SystemExit(f"{name}={narrowed[name]}: expected one of {values}")
        result[name] = wanted or values
    if unknown := narrowed.keys() - FACTORS.keys():
        raise SystemExit(f"{', '.join(unknown)}: expected one of {', '.join(FACTORS)}")
    return result


def _variant(row: Mapping[str, Any]) -> Variant:
    answers = {name: value for name, value in row.items() if name != "layout"}
    words = [
        row["layout"],
        *(_word(name, value) for name, value in answers.items() if value not in (False, "")),
    ]
    answers |= {"service_name": "demo-service"} | LAYOUTS[row["layout"]]
    return Variant(", ".join(words), answers, row.get("adopted", False))


def _word(name: str, value: object) -> str:
    return name if value is True else f"{name}={value}"
