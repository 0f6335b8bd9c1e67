"""These tests run in the environment of a generated service; `nox -s variants` has one."""

import os

if "DRYDOCK_SERVICE" not in os.environ:
    collect_ignore_glob = ["test_*.py"]
