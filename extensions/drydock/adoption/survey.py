"""What is known about a service before a retrofit prompts: its facts and the given answers."""

from collections.abc import Mapping
from typing import Any

from drydock.adoption import python
from drydock.adoption.facts import GIVEN, Fact, gather
from drydock.adoption.place import Place
from drydock.errors import BadInput

_DERIVED_FROM = ("app", "service_name", "service_port")
"""The answers that others are derived from."""


def facts_of(place: Place, data: Mapping[str, Any]) -> list[Fact]:
    """Return the facts about a service, and those that the answers in `data` imply.

    Raises BadInput if a fact says that the service cannot be adopted.
    """
    code = (text for path, text in place.files.items() if path.endswith(".py"))
    python.read_newer(code, place.folder)
    facts = gather(place.files)
    if broken := next((fact for fact in facts if fact.about == "broken"), None):
        raise BadInput(broken.value)
    return facts + implied(data, "--data")


def implied(answers: Mapping[str, Any], source: str) -> list[Fact]:
    """Return the facts that answers from a source, such as `--data`, imply."""
    return [
        Fact(name, value, source, 0, GIVEN)
        for name in _DERIVED_FROM
        if (value := str(answers.get(name, ""))) and (name != "service_port" or value.isdecimal())
    ]
