"""Which files of the standard take over a service's settings."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path, PurePosixPath

from drydock.adoption.facts import Files, listed
from drydock.adoption.facts.image import main_dockerfile
from drydock.adoption.translate import (
    Carried,
    Todo,
    chart,
    ignored,
    image,
    pinned,
    project,
    style,
    testing,
    types,
)


def carry(standard: Path, into: Set[str], files: Files) -> dict[str, Carried]:
    """Return the files of the standard that take over settings, by path.

    `standard` is the folder of the rendered standard, `into` are the paths there that may change,
    and `files` are the service's. Such files of another template take over nothing.
    """
    carried: dict[str, Carried] = {}
    texts = {
        path: (standard / path).read_text("utf-8")
        for path in into
        & {
            project.PATH,
            testing.PATH,
            chart.PATH,
            image.PATH,
            style.PATH,
            types.PATH,
            *ignored.PATHS,
        }
    }
    if project.OWN in texts.get(project.PATH, ""):
        pyproject = project.carry(texts[project.PATH], files)
        python_version, todo = pinned.carry(pyproject.text, files)
        carried[project.PATH] = replace(pyproject, todo=(*pyproject.todo, *todo))
        carried |= {pinned.PATH: python_version} if python_version else {}
    pyproject_text = carried[project.PATH].text if project.PATH in carried else ""
    for path in texts.keys() & files.keys() & {*ignored.PATHS}:
        carried[path] = ignored.carry(path, texts[path], files, pyproject_text)
    if testing.PATH in texts.keys() - files.keys():
        carried[testing.PATH] = testing.carry(texts[testing.PATH], files)
    if "[lint.per-file-ignores]" in texts.get(style.PATH, ""):
        carried[style.PATH] = style.carry(texts[style.PATH], files, pyproject_text)
    if "explicit_package_bases" in texts.get(types.PATH, ""):
        carried[types.PATH] = types.carry(texts[types.PATH], files)
    if "secretEnv" in texts.get(chart.PATH, "") and chart.PATH not in files:
        carried[chart.PATH] = chart.carry(texts[chart.PATH], files)
    dockerfile = main_dockerfile(files)
    if dockerfile and image.STAGE in texts.get(image.PATH, ""):
        carried[image.PATH] = image.carry(texts[image.PATH], dockerfile, files)
        carried |= image.rewritten(texts[image.PATH], dockerfile, files)
    if pyproject_text and image.STAGE in texts.get(image.PATH, ""):
        built = carried.get(image.PATH, Carried(texts[image.PATH]))
        text, rules = image.with_sources(built.text, pyproject_text, files)
        if rules:
            carried[image.PATH] = replace(built, text=text, rules=(*built.rules, *rules))
    if pyproject_text:
        own = carried[project.PATH]
        carried[project.PATH] = replace(own, todo=(*own.todo, *_kept(carried, files)))
    return carried


def _kept(carried: Mapping[str, Carried], files: Files) -> Iterator[Todo]:
    """Yield the requirements files that are carried over, but that other files name."""
    accounted = {path for one in carried.values() for path in one.accounted}
    for path in sorted(carried[project.PATH].accounted - replaced(carried, files)):
        name = PurePosixPath(path).name
        others = [one for one, text in files.items() if one not in accounted and name in text]
        why = f"all of it is in {project.PATH} now, but it is named in {listed(sorted(others))}"
        yield Todo(path, 0, why, "change that, then git rm it")


def replaced(carried: Mapping[str, Carried], files: Files) -> set[str]:
    """Return the files of the service that are fully carried over, and can be removed.

    A file that another file of the service names stays.
    """
    accounted = {path for one in carried.values() for path in one.accounted}
    names = {path.casefold() for path in carried}
    own = {path for path in accounted if path.casefold() in names}
    others = accounted - own
    for path, text in files.items():
        if path not in accounted:
            others -= {other for other in others if PurePosixPath(other).name in text}
    return own | others
