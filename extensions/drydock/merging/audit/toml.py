"""What TOML says where."""

import re
import tomllib
from collections import Counter

from drydock.merging.audit.leaves import leaves


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each value with its path, and the comments."""
    found = Counter(leaves("", tomllib.loads(text), _written))
    found.update(("#", remark.strip()) for remark in re.findall(r"(?m)(?:^|\s)#(.*)$", text))
    return found


def _written(scalar: object) -> list[str]:
    lines = scalar.splitlines() if isinstance(scalar, str) and "\n" in scalar else [scalar]
    return [repr(line) for line in lines]
