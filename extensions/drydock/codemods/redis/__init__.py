"""Rules for clients of Redis."""
