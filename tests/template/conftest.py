"""The tests of the chassis and of adopted services need a generated service's environment.

`nox -s variants` runs them there, and names the service's folder in DRYDOCK_SERVICE.
"""

import os

collect_ignore = [] if "DRYDOCK_SERVICE" in os.environ else ["chassis", "adopted"]
