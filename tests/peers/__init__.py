"""Copier's own tests of updates, run against `drydock update`."""
