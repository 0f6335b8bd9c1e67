"""Rules for Pydantic 1 -> 2 (https://docs.pydantic.dev/latest/migration/)."""
