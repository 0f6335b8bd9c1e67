"""Checks the chart against real tools and the running service."""
