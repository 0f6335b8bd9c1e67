"""Gives renders the line ends that a service stores.

If a service stores CRLF in its repository, without an attribute or never normalized, its files
would otherwise differ from every render in every line.
"""

from drydock.git import Entry, Repository, Tree


def follow(repository: Repository, ours: Tree, *sides: Tree) -> None:
    """Store the files of `sides` with CRLF if the file in `ours` has CRLF and theirs has LF."""
    touched = [
        path
        for path in {path for side in sides for path in side}
        if path in ours
        and ours[path].mode.startswith("100")
        and any(side.get(path, ours[path]).oid != ours[path].oid for side in sides)
    ]
    if not touched:
        return
    files = [(s, p) for s in sides for p in touched if p in s and s[p].mode.startswith("100")]
    contents = repository.read_blobs(
        [ours[path].oid for path in touched] + [side[path].oid for side, path in files]
    )
    with_crlf = {path for path in touched if _is_crlf(contents[ours[path].oid])}
    files = [
        (side, path)
        for side, path in files
        if path in with_crlf and b"\r" not in contents[side[path].oid]
    ]
    converted = [contents[side[path].oid].replace(b"\n", b"\r\n") for side, path in files]
    for (side, path), oid in zip(files, repository.write_blobs(converted), strict=True):
        side[path] = Entry(side[path].mode, oid)


def _is_crlf(content: bytes) -> bool:
    return b"\0" not in content and content.count(b"\r\n") * 2 > content.count(b"\n")
