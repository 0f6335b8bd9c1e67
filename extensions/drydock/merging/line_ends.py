"""Renders follow the line ends that a service stores.

A service whose files hold CRLF in the repository itself (no attribute says so, or they were
never normalised) would otherwise differ from every render in every line.
"""

from drydock.git import Entry, Repository, Tree


def follow(repository: Repository, ours: Tree, *sides: Tree) -> None:
    """Store files of `sides` with CRLF, where the file in `ours` has it and theirs has LF."""
    touched = [
        path
        for path in {path for side in sides for path in side}
        if path in ours
        and ours[path].mode.startswith("100")
        and any(side.get(path, ours[path]).oid != ours[path].oid for side in sides)
    ]
    if not touched:
        return
    places = [(s, p) for s in sides for p in touched if p in s and s[p].mode.startswith("100")]
    contents = repository.read_blobs(
        [ours[path].oid for path in touched] + [side[path].oid for side, path in places]
    )
    windows = {path for path in touched if _is_crlf(contents[ours[path].oid])}
    places = [
        (side, path)
        for side, path in places
        if path in windows and b"\r" not in contents[side[path].oid]
    ]
    written = [contents[side[path].oid].replace(b"\n", b"\r\n") for side, path in places]
    for (side, path), oid in zip(places, repository.write_blobs(written), strict=True):
        side[path] = Entry(side[path].mode, oid)


def _is_crlf(content: bytes) -> bool:
    return b"\0" not in content and content.count(b"\r\n") * 2 > content.count(b"\n")
