"""Finds code of a service that does what its chassis already does."""

from collections.abc import Iterator, Mapping

from drydock.adoption.facts import Fact, Files, code

INSTEAD: Mapping[str, str] = {
    "own_metrics": "the chassis serves the same registry at /metrics of the management port",
    "own_logging": "the chassis sets up logging, as JSON with request ids",
    "own_start": "the chassis starts the application; do this in its lifespan",
    "own_path": "the chassis serves health and metrics on the management port",
}
"""Why each kind of code is superfluous."""


def superfluous(files: Files, package_path: str) -> Iterator[Fact]:
    """Yield the code of a service, outside its chassis, that the chassis makes superfluous."""
    chassis = f"{package_path}/chassis/"
    own = {path: text for path, text in files.items() if not path.startswith(chassis)}
    for fact in code.find(own):
        if fact.about in INSTEAD:
            yield fact
