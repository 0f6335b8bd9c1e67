"""Checks files without a reader by their lines: templates, makefiles, shell, systemd units.

The name that a line sets or defines is its identity, at its indentation and below its parents. An
identity that each side has once must not be repeated; one in exclusive branches of a text occurs
more often on a side already. A name that a side uses, such as that of a template, a function or a
variable, must be defined.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_IDENTITY = re.compile(
    r"-\s+(?:name|id|key):\s*(?P<item>[^\s#].*)"
    r"|(?:export\s+)?(?P<variable>\.?[A-Za-z_][\w.-]*)\s*(?:[:?]?=)(?!=)"
    r"|(?P<block>(?:variable|resource|output|module|provider|stage|define)\b[\s(]*[\"'][^{)]*[\"'])"
    r"|(?P<key>[A-Za-z_/][\w./-]*)\s*:(?:\s|$)"
)
# Keys that a systemd unit can repeat (systemd.unit(5), systemd.exec(5)).
_REPEATABLE = re.compile(
    r"(Exec(?!Start$)\w+|Environment\w*|After|Before|Wants|Requires|Documentation|Alias)$"
)
_SECTION = re.compile(r"\[[^\]]+\]\s*$")
_COMMENT = ("#", ";", "//", "/*", "{{/*")


@dataclass(frozen=True)
class _Kind:
    """Patterns for the names in a kind of file; each has the group `id`."""

    files: str
    """A pattern that is searched for in the path."""
    once: Sequence[str] = ()
    """Names that are unique among the lines below the same parents."""
    everywhere: Sequence[str] = ()
    """Names that are unique in the file."""
    defines: Sequence[str] = ()
    """Names that the text defines; a match can contain several."""
    uses: Sequence[str] = ()
    """Names that the text uses."""


_DECLARED = r"(?:(?:export|default|declare|async|abstract)\s+)*"
_TYPES = r"class|function\*?|interface|type|enum"
# Directives that a block can repeat.
_REPEATABLE_IN_NGINX = (
    r"add_header|error_page|fastcgi_param|limit_\w+|load_module|proxy_set_header|proxy_hide_header"
    r"|proxy_pass_header|sub_filter|access_log|error_log|set_real_ip_from|server_name"
)
_KINDS = (
    # https://protobuf.dev/programming-guides/proto3/#assigning
    _Kind(
        r"\.proto$",
        (
            r"(?!option\b)[\w.<>, ]*?(?P<id>\w+)\s*=\s*\d+\s*[;[]",
            r"(?!option\b)[\w.<>, ]+(?P<id>=\s*\d+)\s*[;[]",
            r"(?P<id>(?:message|enum|service|rpc)\s+\w+)",
        ),
    ),
    # https://spec.graphql.org/draft/#sec-Schema
    _Kind(r"\.(graphqls?|gql)$", (r"(?P<id>(?:type|input|interface|enum|union|scalar)\s+\w+)",)),
    _Kind(
        r"\.sql$",
        (
            r"(?i)create\s+(?:(?:or\s+replace|unique|temporary|materialized)\s+)*"
            r"(?P<id>(?:table|index|view|type|function|schema|sequence|trigger)\s+"
            r"(?:if\s+not\s+exists\s+)?[\w.\"]+)",
        ),
    ),
    _Kind(
        r"\.sql$",
        (
            r"(?i)(?P<id>alter\s+table\s+\S+\s+add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?\w+)",
            r"(?i)(?P<id>[\w\"]+)\s+(?:(?:small|big)?(?:int|serial)|integer|text|varchar|char|uuid"
            r"|jsonb?|bool|boolean|date|timestamp|timestamptz|numeric|decimal|float|real|double)\b",
        ),
    ),
    # https://www.jenkins.io/doc/book/pipeline/syntax/
    _Kind(
        r"(^|/)Jenkinsfile$|\.groovy$",
        (
            r"(?:string|text|choice|booleanParam|password)\s*\(?.*\bname:\s*(?P<id>[\"'][^\"']+[\"'])",
            r"(?P<id>agent|environment|options|parameters|post|stages|tools|triggers)\b\s*(?:\{|any|none)",
            r"(?P<id>(?:always|success|failure|unstable|cleanup|changed|aborted)\s*\{)",
            r"(?P<id>def\s+\w+\s*\()",
        ),
    ),
    # https://nginx.org/en/docs/dirindex.html
    _Kind(
        r"\.conf$",
        (
            r"(?P<id>(?:location|upstream|map|geo)\s[^{;]+)\{",
            rf"(?!(?:{_REPEATABLE_IN_NGINX})\s)(?P<id>[a-z]+_\w+|root|index|gzip|expires|alias)\s[^{{]*;",
        ),
    ),
    # https://go.dev/ref/mod#go-mod-file-require
    _Kind(r"(^|/)go\.mod$", (r"(?:require\s+)?(?P<id>[\w.-]+\.\w+/\S+)\s+v\d",)),
    # https://maven.apache.org/pom.html#dependencies
    _Kind(r"(^|/)pom\.xml$", (r".*(?P<id><artifactId>[^<]+</artifactId>)",)),
    _Kind(r"(^|/)Gemfile$", (r"gem\s+(?P<id>[\"'][^\"']+[\"'])",)),
    # https://html.spec.whatwg.org/multipage/dom.html#the-id-attribute
    _Kind(r"\.html?(\.\w+)?$", everywhere=(r"<\w[^>]*\s(?P<id>id=[\"'][\w-]+[\"'])",)),
    # https://jinja.palletsprojects.com/en/stable/templates/#child-template
    _Kind(r"", everywhere=(r"\{%-?\s*(?P<id>(?:block|macro)\s+\w+)",)),
    # https://helm.sh/docs/chart_template_guide/named_templates/
    _Kind(
        r"",
        everywhere=(r"\{\{-?\s*(?P<id>define\s+\"[^\"]+\")",),
        defines=(r"\{\{-?\s*(?:define|block)\s+\"(?P<id>[^\"]+)\"",),
        uses=(r"\b(?:include|template)\s+\"(?P<id>[^\"]+)\"",),
    ),
    # https://developer.mozilla.org/docs/Web/JavaScript/Reference/Statements
    _Kind(
        r"\.([cm]?[jt]s|[jt]sx)$",
        (rf"{_DECLARED}(?P<id>(?:const|let|{_TYPES})\s+[\w$]+)",),
        defines=(
            r"\bimport\s+(?:type\s+)?(?P<id>[^;'\"]+?)\s+from\b",
            r"\b(?:const|let|var)\s+(?P<id>[^=;]+?)\s*=",
            rf"\b(?:{_TYPES})\s+(?P<id>[\w$]+)",
        ),
        uses=(r"(?<![\w$.])(?P<id>[A-Za-z_$][\w$]*)",),
    ),
    # https://www.gnu.org/software/bash/manual/html_node/Shell-Functions.html
    _Kind(
        r"\.(sh|bash)$",
        (r"(?:function\s+)?(?P<id>[\w-]+\s*\(\))", r"(?P<id>[^\s()$`;]+\))(?:\s|$)"),
        defines=(r"(?m)^\s*(?:function\s+)?(?P<id>[A-Za-z_][\w-]*)\s*\(\)",),
        uses=(r"(?<![\w-])(?P<id>[A-Za-z_][\w-]*)",),
    ),
    # https://developer.hashicorp.com/terraform/language/values/variables
    _Kind(
        r"\.tf$",
        defines=(r"(?m)^variable\s+\"(?P<id>[\w-]+)\"",),
        uses=(r"\bvar\.(?P<id>[\w-]+)",),
    ),
    # https://www.gnu.org/software/make/manual/html_node/Rule-Syntax.html
    _Kind(
        r"(^|/)(GNUm|M|m)akefile$|\.mk$",
        defines=(r"(?m)^(?P<id>[A-Za-z_][^\t\n:=#]*):(?!=)",),
        uses=(r"(?m)^[^\t\n:=#]+:(?!=)(?P<id>[^\n=#;]*)",),
    ),
)
# Files in which a line with `=` or `:` does not necessarily set anything.
_CODE = re.compile(r"\.(html?|sql|xml|proto|[cm]?[jt]s|[jt]sx)$|(^|/)(go\.mod|Gemfile)$")


def broken(path: str, ours: str, theirs: str, merged: str) -> str | None:
    """Return a name that the merge repeats or uses without defining it; None if there is none."""
    kinds = [kind for kind in _KINDS if re.search(kind.files, path)]
    sides = ours, theirs, merged
    in_ours, in_theirs, in_merged = (Counter(_identities(path, text, kinds)) for text in sides)
    for (parents, name), count in in_merged.items():
        if count > max(1, in_ours[parents, name], in_theirs[parents, name]):
            return f"{name} would occur {count} times, each version has it once"
    if re.search(r"\.(sh|bash)$", path):
        ended = [_after_end(text) for text in sides]
        for line in ended[2]:
            if ended[2][line] > max(ended[0][line], ended[1][line]):
                return f"`{line[:60]}` would be below an `exec` or `exit`, and never run"
    for kind in kinds:
        defined = [_names(kind.defines, text) for text in sides]
        used = [_names(kind.uses, text) for text in sides]
        undefined = [uses - definitions for uses, definitions in zip(used, defined, strict=True)]
        for name in sorted(undefined[2] - undefined[0] - undefined[1]):
            remover, user = "your version", "the release"
            if name in defined[0]:
                remover, user = user, remover
            return f"{remover} removes {name}, {user} still uses it"
    return None


def _after_end(text: str) -> Counter[str]:
    """Return the commands below the first `exec` or `exit` that is in no block of a script."""
    lines = re.sub(r"\\\n\s*", " ", text).split("\n")
    ends = (at for at, line in enumerate(lines) if re.match(r"(?:exec\s+[\w/.\"$]|exit\b)", line))
    rest = lines[next(ends, len(lines)) + 1 :]
    return Counter(line.strip() for line in rest if re.match(r"[^\s#})]", line))


def _names(patterns: Sequence[str], text: str) -> set[str]:
    matches = (match["id"] for pattern in patterns for match in re.finditer(pattern, text))
    return {name for names in matches for name in re.findall(r"[\w$.-]+", names)}


def _identities(
    path: str, text: str, kinds: Sequence[_Kind]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the name that each line sets or defines, with its parent lines before it."""
    above: list[tuple[int, str]] = []
    section, documents = "", 0
    sets = not _CODE.search(path) or "templates/" in path
    once = [pattern for kind in kinds for pattern in kind.once]
    everywhere = [pattern for kind in kinds for pattern in kind.everywhere]
    for line in text.expandtabs().split("\n"):
        content = line.strip()
        if not content or content.startswith(_COMMENT):
            continue
        if _SECTION.match(line):
            above, section = [], content
            continue
        if line.startswith("---"):  # the next document of YAML
            documents += 1
            above, section = [], f"--- {documents}"
            continue
        if re.match(r"\{\{-?\s*define\b", line):
            above, section = [], content
        indent = len(line) - len(line.lstrip())
        while above and above[-1][0] >= indent:
            above.pop()
        below = (section, *(parent for _, parent in above))
        if sets and (identity := _IDENTITY.match(content)):
            name = next(group for group in identity.groups() if group).strip()
            if not _REPEATABLE.match(name):
                yield below, name
        for pattern in once:
            if match := re.match(pattern, content):
                yield below, match["id"].strip()
        for pattern in everywhere:
            yield from (((), match["id"]) for match in re.finditer(pattern, content))
        above.append((indent, content))
