"""The names that a translated module uses for new imports."""

from collections.abc import Set

from drydock.codemods.source import Source


class Names:
    """Returns the expression for a full name, and collects the imports that it needs."""

    def __init__(self, source: Source, package: str, freed: Set[str]) -> None:
        self.wanted: set[str] = set()
        """Full names to import."""
        self._source = source
        self._module = source.project.modules[source.path]
        self._package = package
        self._freed = freed
        """Names that become free when marshmallow's imports are dropped."""

    def adapter(self, name: str) -> str:
        """Return the expression for a name of the adapter."""
        if not self._taken(name):
            self.wanted.add(f"{self._package}.{name}")
            return name
        self.wanted.add(self._package)
        return f"{self._package.rpartition('.')[2]}.{name}"

    def library(self, full: str) -> str:
        """Return the expression for a name of a library, such as `typing.Annotated`."""
        project, path = self._source.project, self._source.path
        for alias in self._module.imports:
            if alias not in self._module.ambiguous and project.resolve(path, alias) == full:
                return alias
        module, _, name = full.rpartition(".")
        if self._taken(name):
            self.wanted.add(module)
            return full
        self.wanted.add(full)
        return name

    def _taken(self, name: str) -> bool:
        return name in self._module.bound | self._module.imports.keys() and name not in self._freed
