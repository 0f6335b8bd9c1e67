"""The names that a translated module uses for what it did not have before."""

from collections.abc import Set

from drydock.codemods.source import Source


class Names:
    """Tells what to write for a name, and keeps what has to be imported for it."""

    def __init__(self, source: Source, package: str, freed: Set[str]) -> None:
        self.wanted: set[str] = set()
        """Full names to be imported."""
        self._source = source
        self._module = source.project.modules[source.path]
        self._package = package
        self._freed = freed
        """Names that are no longer bound once marshmallow's imports are gone."""

    def adapter(self, name: str) -> str:
        """Return what to write for a name of the adapter."""
        if not self._taken(name):
            self.wanted.add(f"{self._package}.{name}")
            return name
        self.wanted.add(self._package)
        return f"{self._package.rpartition('.')[2]}.{name}"

    def library(self, full: str) -> str:
        """Return what to write for a name of a library, such as `typing.Annotated`."""
        project, path = self._source.project, self._source.path
        for known in self._module.imports:
            if known not in self._module.ambiguous and project.resolve(path, known) == full:
                return known
        module, _, name = full.rpartition(".")
        if self._taken(name):
            self.wanted.add(module)
            return full
        self.wanted.add(full)
        return name

    def _taken(self, name: str) -> bool:
        return name in self._module.bound | self._module.imports.keys() and name not in self._freed
