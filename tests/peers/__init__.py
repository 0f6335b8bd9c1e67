"""Copier's own update tests, run against `drydock update`."""
