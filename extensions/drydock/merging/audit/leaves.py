"""What plain data says where: the units of formats that a parser turns into objects and lists."""

from collections.abc import Callable, Iterable, Iterator


def leaves(
    place: str, value: object, written: Callable[[object], Iterable[str]]
) -> Iterator[tuple[str, str]]:
    """Yield each object, list and scalar of `value` with its place, which begins with `place`.

    `written` returns the contents that a scalar has.
    """
    if isinstance(value, dict):
        yield place, "{}"
        for key, held in value.items():
            yield from leaves(f"{place}.{key!r}", held, written)
    elif isinstance(value, list):
        yield place, "[]"
        for held in value:
            yield from leaves(f"{place}[{_label(held)}]", held, written)
    else:
        yield from ((place, content) for content in written(value))


def _label(item: object) -> str:
    """Return by what an item of a list is known, if it is."""
    known = item if isinstance(item, dict) else {}
    return next((f"{key}={known[key]}" for key in ("id", "name") if key in known), "")
