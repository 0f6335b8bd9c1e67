"""The tests of the chassis and of adopted services need a generated service's environment.

`nox -s variants` runs them there, and names the service's folder in DRYDOCK_SERVICE. Those of the
chart need real tools, which `nox -s chart` fetches; it sets DRYDOCK_CHART.
"""

import os

collect_ignore = [] if "DRYDOCK_SERVICE" in os.environ else ["chassis", "adopted"]
if "DRYDOCK_CHART" not in os.environ:
    collect_ignore.append("chart")
