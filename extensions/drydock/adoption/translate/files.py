"""Which files of the standard take in what a service said in its own way."""

from collections.abc import Mapping, Set
from dataclasses import replace
from pathlib import Path, PurePosixPath

from drydock.adoption.facts import Files
from drydock.adoption.facts.image import main_dockerfile
from drydock.adoption.translate import (
    Carried,
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
    """Return those files of the standard that take something in, by their path.

    `standard` is where the standard lies, `into` are the paths there that may be changed, and
    `files` are the service's. What another template made of such a file takes in nothing.
    """
    found: dict[str, Carried] = {}
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
    for path in texts.keys() & files.keys() & {*ignored.PATHS}:
        found[path] = ignored.carry(path, texts[path], files)
    if project.OWN in texts.get(project.PATH, ""):
        made = project.carry(texts[project.PATH], files)
        python, todo = pinned.carry(made.text, files)
        found[project.PATH] = replace(made, todo=(*made.todo, *todo))
        found |= {pinned.PATH: python} if python else {}
    if testing.PATH in texts.keys() - files.keys():
        found[testing.PATH] = testing.carry(texts[testing.PATH], files)
    if "[lint.per-file-ignores]" in texts.get(style.PATH, ""):
        packaged = found[project.PATH].text if project.PATH in found else ""
        found[style.PATH] = style.carry(texts[style.PATH], files, packaged)
    if "explicit_package_bases" in texts.get(types.PATH, ""):
        found[types.PATH] = types.carry(texts[types.PATH], files)
    if "secretEnv" in texts.get(chart.PATH, "") and chart.PATH not in files:
        found[chart.PATH] = chart.carry(texts[chart.PATH], files)
    dockerfile = main_dockerfile(files)
    if dockerfile and image.STAGE in texts.get(image.PATH, ""):
        found[image.PATH] = image.carry(texts[image.PATH], dockerfile, files)
        found |= image.rewritten(texts[image.PATH], dockerfile, files)
    return found


def replaced(carried: Mapping[str, Carried], files: Files) -> set[str]:
    """Return the files of the service whose whole content is in what was carried.

    One that another file of the service names stays.
    """
    accounted = {path for one in carried.values() for path in one.accounted}
    names = {path.casefold() for path in carried}
    own = {path for path in accounted if path.casefold() in names}
    others = accounted - own
    for path, text in files.items():
        if path not in accounted:
            others -= {other for other in others if PurePosixPath(other).name in text}
    return own | others
