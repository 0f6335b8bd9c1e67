"""Builds services from a versioned template, and keeps every one of them current."""
