"""Runs the command of a service with another application than its own.

python launch.py PACKAGE APP ARGUMENT…
"""

import sys
from importlib import import_module
from pkgutil import iter_modules

LEFT_OUT = ("__main__", "exporter")  # only a service with tracing imports the latter


def alias(package: str) -> None:
    """Make the modules of `<package>.chassis` importable as `chassis`, too."""
    chassis = sys.modules["chassis"] = import_module(f"{package}.chassis")
    for module in iter_modules(chassis.__path__):
        if module.name not in LEFT_OUT:
            sys.modules[f"chassis.{module.name}"] = import_module(
                f"{package}.chassis.{module.name}"
            )


if __name__ == "__main__":
    package, app, *arguments = sys.argv[1:]
    import_module(f"{package}.chassis.identity").APP = app  # type: ignore[attr-defined]
    alias(package)
    sys.exit(sys.modules["chassis.cli"].main(arguments))
