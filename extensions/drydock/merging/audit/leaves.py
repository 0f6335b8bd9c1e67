"""The units of plain data, for formats that a parser turns into objects and lists."""

from collections.abc import Callable, Iterable, Iterator


def leaves(
    place: str, value: object, contents: Callable[[object], Iterable[str]]
) -> Iterator[tuple[str, str]]:
    """Yield each object, list and scalar in `value` with its place, which starts with `place`.

    `contents` returns the contents of a scalar.
    """
    if isinstance(value, dict):
        yield place, "{}"
        for key, child in value.items():
            yield from leaves(f"{place}.{key!r}", child, contents)
    elif isinstance(value, list):
        yield place, "[]"
        for item in value:
            yield from leaves(f"{place}[{_label(item)}]", item, contents)
    else:
        yield from ((place, content) for content in contents(value))


def _label(item: object) -> str:
    """Return the identity of a list item; empty if it has none."""
    entries = item if isinstance(item, dict) else {}
    return next((f"{key}={entries[key]}" for key in ("id", "name") if key in entries), "")
