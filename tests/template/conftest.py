"""Leaves out tests that need a generated service's environment, or real tools.

Tests of the chassis and of adopted services run in `nox -s variants`, which sets DRYDOCK_SERVICE to
the folder of a service; those of the chart in `nox -s chart`, which sets DRYDOCK_CHART.
"""

import os

collect_ignore = [] if "DRYDOCK_SERVICE" in os.environ else ["chassis", "adopted"]
if "DRYDOCK_CHART" not in os.environ:
    collect_ignore.append("chart")
