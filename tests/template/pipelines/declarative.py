"""A Jenkinsfile as a tree, and the structure of a declarative pipeline.

Only Jenkins can really validate one. This module knows only what the template uses, and refuses
all else: a new section is added here when it is added there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

NAMED = r"(?P<name>[A-Za-z]\w*)"
STATEMENT = re.compile(rf"{NAMED}(?P<arguments>(\(.*\)| [^{{}}]+?| = .+)?)(?P<opens> \{{)?")
STEPS = {"sh", "withCredentials", "junit", "recordCoverage", "deleteDir", "stash", "unstash"}
CONDITIONS = {"branch", "buildingTag", "triggeredBy", "not", "anyOf"}
# What a section may contain, and what it must contain.
GRAMMAR: dict[str, tuple[set[str], set[str]]] = {
    "": ({"pipeline"}, {"pipeline"}),
    "pipeline": (
        {"agent", "options", "triggers", "environment", "stages", "post"},
        {"agent", "stages", "options"},
    ),
    "stages": ({"stage"}, {"stage"}),
    "stage": (
        {"when", "agent", "options", "environment", "input", "stages", "steps", "post"},
        set(),
    ),
    "agent": ({"label"}, {"label"}),
    "options": ({"buildDiscarder", "disableConcurrentBuilds", "timestamps", "timeout"}, set()),
    "triggers": ({"cron"}, {"cron"}),
    "environment": ({"*"}, set()),
    "when": ({"beforeAgent", "beforeInput"} | CONDITIONS, set()),
    "not": (CONDITIONS, set()),
    "anyOf": (CONDITIONS, set()),
    "input": ({"message", "ok"}, {"message"}),
    "steps": (STEPS, set()),
    "withCredentials": (STEPS, {"sh"}),
    "post": ({"always", "cleanup"}, set()),
    "always": (STEPS, set()),
    "cleanup": (STEPS, set()),
}


@dataclass
class Node:
    """One statement: `stage('Lint') {` and its content, or `sh 'make'`."""

    name: str
    arguments: str = ""
    children: list["Node"] = field(default_factory=list)

    def find(self, name: str) -> list["Node"]:
        """Return the statements of that name within this one, at any depth."""
        deeper = [findings for child in self.children for findings in child.find(name)]
        return [child for child in self.children if child.name == name] + deeper

    def child(self, name: str) -> "Node | None":
        """Return the statement of that name directly in this one."""
        return next((child for child in self.children if child.name == name), None)


def parse(text: str) -> Node:
    """Return the tree; raise ValueError with a line that cannot be parsed."""
    root = Node("")
    open_nodes = [root]
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("//"):
            continue
        if line == "}":
            open_nodes.pop()
            if not open_nodes:
                raise ValueError(f"line {number}: nothing is open here")
            continue
        match = STATEMENT.fullmatch(line)
        if match is None:
            raise ValueError(f"line {number} is not understood: {line}")
        node = Node(match["name"], match["arguments"].strip())
        open_nodes[-1].children.append(node)
        if match["opens"]:
            open_nodes.append(node)
    if len(open_nodes) != 1:
        raise ValueError(f"{open_nodes[-1].name} is not closed")
    return root


def problems(root: Node) -> list[str]:
    """Return what is wrong with a pipeline, a line each."""
    findings = list(_sections(root))
    for pipeline in root.find("pipeline"):
        findings += _rules(pipeline)
    return findings


def _sections(node: Node) -> Iterator[str]:
    may, must = GRAMMAR.get(node.name, (set(), set()))
    names = [child.name for child in node.children]
    for name in names:
        if name not in may and "*" not in may:
            yield f"{name} has no place in {node.name or 'the file'}"
    for name in must:
        if node.children and name not in names:
            yield f"{node.name} lacks {name}"
    single = {"agent", "options", "when", "stages", "steps", "post", "environment", "input"}
    for name in single:
        if names.count(name) > 1:
            yield f"{node.name} has {name} twice"
    if node.name == "stage" and ("steps" in names) == ("stages" in names):
        yield f"stage{node.arguments} needs either steps or stages"
    if node.name == "not" and len(names) != 1:
        yield "not negates one condition"
    for child in node.children:
        yield from _sections(child)


def _rules(pipeline: Node) -> Iterator[str]:
    options = pipeline.child("options")
    if options is None or not options.child("disableConcurrentBuilds"):
        yield "builds of a branch can overlap"
    names = [stage.arguments for stage in pipeline.find("stage")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"stage{name} occurs twice"
    agent = pipeline.child("agent")
    waits = any(stage.child("input") for stage in pipeline.find("stage"))
    if waits and (agent is None or agent.arguments != "none"):
        yield "waiting for a person blocks an agent"
    stages = pipeline.child("stages")
    for stage in stages.children if stages else []:
        yield from _stage(stage, timed=False)


def _stage(stage: Node, *, timed: bool) -> Iterator[str]:
    options = stage.child("options")
    timed = timed or bool(options and options.child("timeout"))
    if stage.child("steps") and not timed:
        yield f"stage{stage.arguments} may take for ever"
    if stage.child("agent"):
        post = stage.child("post")
        cleanup = post.child("cleanup") if post else None
        if cleanup is None or not cleanup.child("deleteDir"):
            yield f"stage{stage.arguments} leaves its workspace behind"
    inner = stage.child("stages")
    for child in inner.children if inner else []:
        yield from _stage(child, timed=timed)
