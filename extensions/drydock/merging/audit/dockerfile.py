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
    problem = _misread(in_ours, in_theirs, in_merged)
    if problem or before is None:
        return problem
    problem = _other_user(before, in_ours, in_theirs, in_merged)
    return problem or _not_run(before, in_ours, in_theirs, in_merged)


def _not_run(base: "_Stages", ours: "_Stages", theirs: "_Stages", merged: "_Stages") -> str | None:
    """Return an instruction of one side that the last stage would no longer have."""
    for word in _RUNS:
        old, our, their, result = (stages.last.get(word) for stages in (base, ours, theirs, merged))
        if our not in (old, result):
            return f"the image would no longer have your `{our or f'(no {word})'}`"
        if their not in (old, result):
            return f"the image would no longer have the release's `{their or f'(no {word})'}`"
    return None


def _misread(ours: "_Stages", theirs: "_Stages", merged: "_Stages") -> str | None:
    """Return an instruction whose number of a stage would be that of another stage."""
    for instruction, images in merged.numbered.items():
        known = ours.numbered.get(instruction, set()) | theirs.numbered.get(instruction, set())
        if known and (other := sorted(images - known)):
            return f"`{instruction}` would read from `{other[0]}`, not from `{min(known)}`"
    return None


def _other_user(
    base: "_Stages", ours: "_Stages", theirs: "_Stages", merged: "_Stages"
) -> str | None:
    """Return a command that only one side has, and that the other side's USER would affect.

    Only the change between root and another user matters: that of rights.
    """
    for owner, side, other in (("your version", ours, theirs), ("the release", theirs, ours)):
        for command in side.users.keys() - base.users.keys() - other.users.keys():
            users, now = side.users[command], merged.users.get(command, side.users[command])
            if {user in _ROOT for user in users} != {user in _ROOT for user in now}:
                shown = f"`{command[:40]}…`" if len(command) > 40 else f"`{command}`"
                return f"{shown} runs as {users[0]} in {owner}, and would run as {now[0]}"
    return None


_ROOT = {"root", "0", "root:root", "0:0"}


class _Stages:
    """The stages of a Dockerfile: their faults, and what the last stage runs."""

    def __init__(self, text: str) -> None:
        self.faults: Counter[str] = Counter(
            f"`${name}` would be used without being set above" for name in _unset(_plain(text))
        )
        self.last: dict[str, str] = {}
        """What the last stage runs, including the instructions of the stages it is based on."""
        self.numbered: dict[str, set[str]] = {}
        """For instructions that name a stage by its number: the image and name of that stage."""
        self.users: dict[str, list[str]] = {}
        """The users of each RUN instruction."""
        stages: dict[str, dict[str, str]] = {}
        froms = list[str]()
        seen: Counter[str] = Counter()
        for word, rest in _instructions(text):
            sources = re.findall(r"(?:--|,)from=([^\s,]+)", rest)
            if word == "FROM":
                image, _, name = (re.sub(r"--\S+\s+", "", rest) + " ").partition(" ")
                sources = [image]
                self.last = dict(stages.get(image.lower(), {}))
                named = re.fullmatch(r"(?i)\s*as\s+(\S+)\s*", name)
                stages[named[1].lower() if named else str(len(stages))] = self.last
                froms.append(f"{re.split('[:@]', image)[0]}{name}".strip())
                seen.clear()
            for number in (int(s) for s in sources if s.isdecimal() and int(s) < len(froms)):
                self.numbered.setdefault(f"{word} {rest}", set()).add(froms[number])
            if word == "RUN":
                user = self.last.get("USER", "USER root").partition(" ")[2]
                self.users.setdefault(f"{word} {rest}", []).append(user)
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
