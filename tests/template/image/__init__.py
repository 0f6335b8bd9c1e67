"""Builds the image of a generated service and runs it as a cluster would; `nox -s image`."""
