"""What Dockerfiles do, and in which state."""

import re
from collections import Counter
from collections.abc import Iterator


def units(text: str) -> Counter[tuple[str, str]]:
    """Return commands, packages, variables and comments by their stage.

    What a command does depends on the image, the user and the folder too, and so does its unit.
    """
    found: Counter[tuple[str, str]] = Counter()
    lines = [line.strip() for line in text.split("\n")]
    found.update(("#", " ".join(line.split())) for line in lines if line.startswith("#"))
    plain = "\n".join(line for line in lines if not line.startswith("#"))
    stages: list[str] = []
    stage = image = ""
    state: dict[str, str] = {}
    for line in re.sub(r"\\\s*\n\s*", " ", plain).split("\n"):
        words = line.split()
        if not words:
            continue
        word, content = words[0].upper(), " ".join(words)
        sources = re.findall(r"--from=(\S+)", line)
        if word == "FROM":
            plainly = [one for one in words[1:] if not one.startswith("--")]
            stages += [stage.lower()]
            stage = plainly[2] if len(plainly) > 2 else plainly[0].partition(":")[0]
            image, state = plainly[0].partition(":")[0], {}
            sources.append(image)
        found.update(("not above", one) for one in sources if one.lower() not in stages)
        if word in {"USER", "WORKDIR"}:
            state[word] = content
        found.update(_said(stage, word, content, f"{image} {sorted(state.items())}"))
    found.update(("not set", name) for name in _unset(plain))
    return found


def _said(stage: str, word: str, content: str, state: str) -> Iterator[tuple[str, str]]:
    if word == "RUN":
        for command in re.split(r"&&|;|\|\|", content):
            installs = re.search(r"\b(?:install|add) ", command)
            head = command[: installs.end()].strip() if installs else command.strip()
            yield f"{stage} {state}", head
            listed = command[installs.end() :].split() if installs else []
            yield from ((f"{stage} {state} {head}", one) for one in listed)
    elif word in {"ENV", "LABEL", "ARG"} and "=" in content:
        for pair in re.findall(r"[\w.-]+=(?:\"[^\"]*\"|'[^']*'|\S)*", content):
            yield stage, f"{word} {pair}"
    else:
        yield stage, re.sub(r"(?i) as (?=\S+$)", " AS ", content)


def _unset(text: str) -> set[str]:
    """Return the variables that are used and that nothing above sets."""
    unset, known = set(), set[str]()
    for line in text.split("\n"):
        unset |= set(re.findall(r"(?<!\\)\$\{?([A-Za-z_]\w*)", line)) - known
        if re.match(r"(?i)(?:ARG|ENV)\s", line):
            known |= set(re.findall(r"(\w+)=", line)) | set(line.split()[1:2])
    return unset
