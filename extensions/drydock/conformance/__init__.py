"""Compares a service with its answers and its release, for the checks of the standard."""
