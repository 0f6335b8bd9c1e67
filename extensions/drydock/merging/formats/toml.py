"""TOML (https://toml.io/en/v1.0.0)."""

import tomllib


def handles(path: str) -> bool:
    """Tell whether `path` names a TOML file."""
    return path.endswith(".toml") or path.rpartition("/")[2] in {"uv.lock", "poetry.lock"}


def check(text: str) -> None:
    """Raise ValueError if `text` is not TOML; a key that is there twice is not."""
    tomllib.loads(text)
