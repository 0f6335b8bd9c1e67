"""Runs a service before and after a change, and compares how it behaves."""
