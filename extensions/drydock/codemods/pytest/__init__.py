"""Rules for pytest and its plugins."""
