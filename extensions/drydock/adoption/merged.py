"""The merge of a release with a service, and what is left to do by hand."""

from dataclasses import dataclass

from drydock.adoption import clashes, imports, sides
from drydock.adoption.account import files as account_files
from drydock.adoption.facts import Fact
from drydock.adoption.sides import Adoption, Sides
from drydock.adoption.translate import Entry, Todo
from drydock.git import Repository
from drydock.merging import work_tree
from drydock.merging.trees import Labels, Merge, three_way


@dataclass(frozen=True)
class Merged:
    """A service merged with a release; nothing is written yet."""

    sides: Sides
    merge: Merge
    account: list[Entry]
    """The outcome of each instruction about how the service runs."""
    todo: list[Todo]
    """What is left to do by hand."""


def merge(
    repository: Repository, adoption: Adoption, facts: list[Fact], name: str, labels: Labels
) -> Merged:
    """Merge a release with the service called `name`; `labels` name the sides in conflict markers.

    `name` is empty for another template, whose services have none. Raises BadInput if an untracked
    file would be overwritten, or if a render contains what must not be in a service.
    """
    place = adoption.place
    own, blocked = set(sides.own(adoption)), dict(sides.blocked(adoption))
    made = sides.make(repository, adoption, own | blocked.keys())
    merged = three_way(repository, made.base, place.tracked, made.theirs, labels)
    own |= sides.keep(place, merged)
    shadows = sides.leave_out_shadows(repository, place, made, merged)
    work_tree.require_room(repository, place.tracked, place.unwatched, merged)
    carried = made.carried
    merged.rules |= {
        place.prefix + path: one.rules
        for path, one in carried.items()
        if one.rules and path not in adoption.made  # a new module is not merged
    }
    answers = adoption.theirs.answers
    app, package_path = (str(answers.get(key, "")) for key in ("app", "package_path"))
    started = imports.app_of(place.files, app, package_path)
    account = account_files.of_service(place.files, carried, name)
    todo = [
        *(todo for one in carried.values() for todo in one.todo),
        *account_files.left(account, carried),
        *(_own(path) for path in sorted(own)),
        *(_left_out(path, blocker) for path, blocker in sorted(blocked.items())),
        *(Todo(one.own, 0, one.reason, one.duty) for one in shadows),
        *clashes.find(facts, place.files, adoption.theirs.texts(), place.prefix, started),
    ]
    return Merged(made, merged, account, todo)


def _own(path: str) -> Todo:
    why = "your file is kept; the release has one with the same name"
    return Todo(path, 0, why, "compare the two, and take what you need from the release's")


def _left_out(path: str, blocker: str) -> Todo:
    why = f"it is where the standard has {path}, which is left out"
    how = "to get it, run drydock retrofit --abort, rename your file, and retrofit again"
    return Todo(blocker, 0, why, how, "start")
