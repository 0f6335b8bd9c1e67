"""The units and invariants of Dockerfiles."""

import re
from collections import Counter
from collections.abc import Iterator

from drydock.merging import audit


def units(text: str) -> Counter[tuple[str, str]]:
    """Return commands, packages, variables and comments by stage.

    The unit of a command includes its image, user and folder, because its effect depends on them.
    """
    counts: Counter[tuple[str, str]] = Counter()
    lines = [line.strip() for line in text.split("\n")]
    counts.update(("#", " ".join(line.split())) for line in lines if line.startswith("#"))
    plain = _plain(text)
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
            arguments = [argument for argument in words[1:] if not argument.startswith("--")]
            stages += [stage.lower()]
            stage = arguments[2] if len(arguments) > 2 else arguments[0].partition(":")[0]
            image, state = arguments[0].partition(":")[0], {}
            sources.append(image)
        counts.update(("not above", source) for source in sources if source.lower() not in stages)
        if word in {"USER", "WORKDIR"}:
            state[word] = content
        counts.update(_units_of(stage, word, content, f"{image} {sorted(state.items())}"))
    counts.update(("not set", name) for name in _unset(plain))
    return counts


def _plain(text: str) -> str:
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if not line.startswith("#"))


def _units_of(stage: str, word: str, content: str, state: str) -> Iterator[tuple[str, str]]:
    if word == "RUN":
        for command in re.split(r"&&|;|\|\|", content):
            installs = re.search(r"\b(?:install|add) ", command)
            head = command[: installs.end()].strip() if installs else command.strip()
            yield f"{stage} {state}", head
            listed = command[installs.end() :].split() if installs else []
            yield from ((f"{stage} {state} {head}", package) for package in listed)
    elif word in {"ENV", "LABEL", "ARG"} and "=" in content:
        for pair in re.findall(r"[\w.-]+=(?:\"[^\"]*\"|'[^']*'|\S)*", content):
            yield stage, f"{word} {pair}"
    else:
        yield stage, re.sub(r"(?i) as (?=\S+$)", " AS ", content)


def _unset(text: str) -> set[str]:
    """Return the variables that are used without being set above."""
    unset, known = set(), set[str]()
    for line in text.split("\n"):
        unset |= set(re.findall(r"(?<!\\)\$\{?([A-Za-z_]\w*)", line)) - known
        if re.match(r"(?i)(?:ARG|ENV)\s", line):
            known |= set(re.findall(r"(\w+)=", line)) | set(line.split()[1:2])
    return unset


_ONCE = {"CMD", "ENTRYPOINT", "HEALTHCHECK"}
_PAIR = re.compile(r"([\w.-]+)=(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.|[^\s\"'])*")
_RUNS = ("ENTRYPOINT", "CMD", "USER")


def broken(base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return a fault of `merged`: in the names it uses, or in what the image runs."""
    before = _Stages(base) if base is not None else None
    in_ours, in_theirs, in_merged = (_Stages(text) for text in (ours, theirs, merged))
    base_faults = before.faults if before else Counter[str]()
    faults = audit.new_faults(base_faults, in_ours.faults, in_theirs.faults, in_merged.faults)
    if faults:
        return min(faults)
    if before is None:
        return None
    for word in _RUNS:
        old, our, their, result = (
            stages.last.get(word) for stages in (before, in_ours, in_theirs, in_merged)
        )
        if our not in (old, result):
            return f"the image would no longer have your `{our or f'(no {word})'}`"
        if their not in (old, result):
            return f"the image would no longer have the release's `{their or f'(no {word})'}`"
    return None


class _Stages:
    """The stages of a Dockerfile: their faults, and what the last stage runs."""

    def __init__(self, text: str) -> None:
        self.faults: Counter[str] = Counter(
            f"`${name}` would be used without being set above" for name in _unset(_plain(text))
        )
        self.last: dict[str, str] = {}
        """What the last stage runs, including the instructions of the stages it is based on."""
        stages: dict[str, dict[str, str]] = {}
        seen: Counter[str] = Counter()
        for word, rest in _instructions(text):
            sources = re.findall(r"(?:--|,)from=([^\s,]+)", rest)
            if word == "FROM":
                image, _, name = (re.sub(r"--\S+\s+", "", rest) + " ").partition(" ")
                sources = [image]
                self.last = dict(stages.get(image.lower(), {}))
                named = re.fullmatch(r"(?i)\s*as\s+(\S+)\s*", name)
                stages[named[1].lower() if named else str(len(stages))] = self.last
                seen.clear()
            missing = [source for source in sources if source.lower() not in stages]
            self.faults.update(
                f"`{word} {rest}` would have no stage `{s}` above it" for s in missing
            )
            for name in self._names(word, rest):
                seen[name] += 1
                if seen[name] > 1:
                    self.faults[f"`{name}` would be set twice in one stage"] += 1
            if word in _RUNS:
                self.last[word] = f"{word} {rest}"

    @staticmethod
    def _names(word: str, rest: str) -> list[str]:
        if word in _ONCE:
            return [word]
        if word in {"ENV", "LABEL", "ARG"}:
            pairs = _PAIR.findall(rest) or rest.split()[:1]
            return [f"{word} {name}" for name in dict.fromkeys(pairs)]
        return []


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the word and the rest of each instruction, on one line, without here-documents."""
    lines = [line.strip() for line in text.split("\n")]
    plain = "\n".join(line for line in lines if line and not line.startswith("#"))
    until: list[str] = []
    for line in re.sub(r"\\\s*\n\s*", " ", plain).split("\n"):
        if until:
            until = until[line == until[0] :]
            continue
        word, _, rest = line.partition(" ")
        yield word.upper(), " ".join(rest.split())
        if word.upper() in {"RUN", "COPY", "ADD"}:
            until = re.findall(r"<<-?[\"']?([A-Za-z_]\w*)", line)
