"""Judges what no reader reads, by its lines: templates, make files, shell, units of systemd.

What a line sets or names is its identity, at its indentation and below its parents. One that each
side has once is there once, unless branches of the text exclude each other: then a side has it
more often already. A name that a side uses is there: a named template, a function, a variable.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_IDENTITY = re.compile(
    r"-\s+(?:name|id|key):\s*(?P<item>[^\s#].*)"
    r"|(?:export\s+)?(?P<variable>[A-Za-z_][\w.-]*)\s*(?:[:?]?=)(?!=)"
    r"|(?P<block>(?:variable|resource|output|module|provider|stage|define)\b[\s(]*[\"'][^{)]*[\"'])"
    r"|(?P<key>[A-Za-z_/][\w./-]*)\s*:(?:\s|$)"
)
# A key that a unit of systemd may have several times (systemd.unit(5), systemd.exec(5)).
_SEVERAL = re.compile(
    r"(Exec(?!Start$)\w+|Environment\w*|After|Before|Wants|Requires|Documentation|Alias)$"
)
_SECTION = re.compile(r"\[[^\]]+\]\s*$")
_COMMENT = ("#", ";", "//", "/*", "{{/*")


@dataclass(frozen=True)
class _Kind:
    """What the lines of a kind of file name; each pattern has the group `id`."""

    files: str
    """A pattern that is searched for in the path."""
    once: Sequence[str] = ()
    """What a line names once among those below its parents."""
    everywhere: Sequence[str] = ()
    """What is named once in the file."""
    defines: Sequence[str] = ()
    """Names that the text defines, one or several."""
    uses: Sequence[str] = ()
    """Names that it uses."""


_DECLARED = r"(?:(?:export|default|declare|async|abstract)\s+)*"
_TYPES = r"class|function\*?|interface|type|enum"
# Directives that a block may have several times.
_SEVERAL_OF_NGINX = (
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
    # https://nginx.org/en/docs/dirindex.html
    _Kind(
        r"\.conf$",
        (
            r"(?P<id>(?:location|upstream|map|geo)\s[^{;]+)\{",
            rf"(?!(?:{_SEVERAL_OF_NGINX})\s)(?P<id>[a-z]+_\w+|root|index|gzip|expires|alias)\s[^{{]*;",
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
# Where a line with `=` or `:` need not set anything.
_CODE = re.compile(r"\.(html?|sql|xml|proto|[cm]?[jt]s|[jt]sx)$|(^|/)(go\.mod|Gemfile)$")


def broken(path: str, ours: str, theirs: str, merged: str) -> str | None:
    """Return what each side has once and the merge twice, or what it lacks; None: nothing known."""
    kinds = [kind for kind in _KINDS if re.search(kind.files, path)]
    sides = ours, theirs, merged
    mine, new, now = (Counter(_identities(path, text, kinds)) for text in sides)
    for (parents, name), often in now.items():
        if often > max(1, mine[parents, name], new[parents, name]):
            return f"{name} would be there {often} times, each side has it once"
    for kind in kinds:
        defined = [_names(kind.defines, text) for text in sides]
        used = [_names(kind.uses, text) for text in sides]
        lacking = [some - there for some, there in zip(used, defined, strict=True)]
        for name in sorted(lacking[2] - lacking[0] - lacking[1]):
            removed, user = "your version", "the release"
            if name in defined[0]:
                removed, user = user, removed
            return f"{removed} removes {name}, {user} still uses it"
    return None


def _names(patterns: Sequence[str], text: str) -> set[str]:
    found = (one["id"] for pattern in patterns for one in re.finditer(pattern, text))
    return {name for names in found for name in re.findall(r"[\w$.-]+", names)}


def _identities(
    path: str, text: str, kinds: Sequence[_Kind]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what each line names, behind the lines above that it belongs to."""
    above: list[tuple[int, str]] = []
    section = ""
    sets = not _CODE.search(path) or "templates/" in path
    once = [pattern for kind in kinds for pattern in kind.once]
    everywhere = [pattern for kind in kinds for pattern in kind.everywhere]
    for line in text.expandtabs().split("\n"):
        said = line.strip()
        if not said or said.startswith(_COMMENT):
            continue
        if _SECTION.match(line):
            above, section = [], said
            continue
        indent = len(line) - len(line.lstrip())
        while above and above[-1][0] >= indent:
            above.pop()
        below = (section, *(parent for _, parent in above))
        if sets and (identity := _IDENTITY.match(said)):
            name = next(one for one in identity.groups() if one).strip()
            if not _SEVERAL.match(name):
                yield below, name
        yield from ((below, found["id"].strip()) for one in once if (found := re.match(one, said)))
        yield from (((), found["id"]) for one in everywhere for found in re.finditer(one, said))
        above.append((indent, said))
