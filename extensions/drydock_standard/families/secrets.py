"""Secrets in the files; the template's `nox -s secrets` also scans git's history."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from drydock_standard.check import Check, at, line_of
from drydock_standard.repository import Repository, is_auxiliary

NAME = "Secrets"
ORDER = 7

# Patterns of keys, each with substrings of which every match contains one: searching for these
# first is a hundred times as fast.
_KEYS = {
    "AWS key": (("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "GitHub token": (
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{82})\b",
    ),
    "GitLab token": (
        ("glpat-", "glrt-", "gldt-", "glptt-"),
        r"\bgl(?:pat|rt|dt|ptt)-[\w-]{20,50}\b",
    ),
    "Slack token": (("xox",), r"\bxox[abeprs]-\d{8,15}-[\w-]{10,120}"),
    "Slack webhook": (
        ("hooks.slack.com",),
        r"hooks\.slack\.com/services/T\w{8,12}/B\w{8,12}/\w{20,30}",
    ),
    "Google key": (("AIza",), r"\bAIza[\w-]{35}\b"),
    "Stripe key": (("k_live_",), r"\b[rs]k_live_[A-Za-z0-9]{20,99}\b"),
    "PyPI token": (("pypi-AgEI",), r"\bpypi-AgEIcHlwaS5vcmc[\w-]{50,255}"),
    "npm token": (("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    "SendGrid key": (("SG.",), r"\bSG\.[\w-]{22}\.[\w-]{43}\b"),
    "OpenAI key": (("T3BlbkFJ",), r"\bsk-(?:proj-)?[\w-]{20,80}T3BlbkFJ[\w-]{20,80}"),
    "Telegram token": ((":AA",), r"\b\d{8,10}:AA[\w-]{33}\b"),
    "Azure Storage key": (("AccountKey=",), r"\bAccountKey=[A-Za-z0-9+/]{86}=="),
}
_ANY_KEY = {kind: (hints, re.compile(pattern)) for kind, (hints, pattern) in _KEYS.items()}
_PRIVATE = re.compile(r"-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY-----(?:\\n|\s)+[A-Za-z0-9+/=]{40}")
_LOGIN = re.compile(r"://[^\s:/@\"'<>{}$%*`]{0,60}:([^\s/@\"'<>{}$%*`]{3,80})@([\w.-]{1,100})")
_ASSIGNED = re.compile(
    r"(?i)(?:passw|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)"
    r"[\w-]{0,20}[\"']?\s{0,4}(?::\s|[:=]=?|=>)\s{0,4}[\"']?([^\s\"'#,;`]{12,200})"
)
_PLACEHOLDER = re.compile(
    r"(?i)example|change|placeholder|dummy|your|xxx|test|foo|sample|todo|secret|passw|token|"
    r"default|insecure|local|redacted|fake|mock|none|null|\.\.\.|[<>{}$*()\[\]%|\\]"
)
_MADE_UP = re.compile(r"(?i)test|example|dummy|fake|sample")
_QUOTED = (".py", ".js", ".ts", ".tsx", ".jsx", ".go", ".java", ".kt", ".rb", ".sh", ".groovy")
_ALLOWED = re.compile(r"gitleaks:allow|pragma: allowlist secret|noqa: S10[5-7]|nosec")
_NOT_CODE = re.compile(
    r"\.(md|rst|ipynb|svg|min\.js|css|map|lock|csv|po|html|txt)$|[.-](sample|example|template|dist)\b|"
    r"(^|/)[\w.-]*lock[\w.-]*\.(json|ya?ml)$|openapi\.json$|\.secrets\.baseline$|(^|/)static/"
)
_PUBLIC = re.compile(r"(^|/)(google-services\.json|GoogleService-Info\.plist)$")
"""Files of keys that ship with every app; their authors state that they are not secret."""
_KEY_FILES = (
    r"id_(rsa|dsa|ecdsa|ed25519)",
    r".*\.(p12|pfx|jks|keystore|kdbx|ppk)",
    r"\.(netrc|pgpass|pypirc|htpasswd)",
)
_ENVIRONMENT = r"\.env(\.\w+)?|\w+\.env"
_SAMPLE = re.compile(r"example|sample|template|dist|test|ci", re.IGNORECASE)
_TEXTS = 512  # whose matches are cached
_ENTROPY = 3.5  # bits per character from which a text is probably random


class Keys(Check):
    """No file contains a key, a token or a login.

    Everyone with access to the repository, a clone or a backup can use it. Removing it from the
    latest commit leaves it in all earlier ones.

    Fix: revoke it with its issuer, remove it from the file, and read it from the environment. If it
    is not a secret, put `gitleaks:allow` on its line.

    Since v1.5.0.
    """

    code = "DM701"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.paths:
            text = repository.text(path) or ""
            for kind, match in _keys(text) if not _PUBLIC.search(path) else ():
                if not _is_allowed(text, match) and not _is_made_up(match[0]):
                    yield _finding(path, text, match, kind)
            if _holds_examples(path):
                continue
            if "PRIVATE KEY-----" in text:
                for match in _PRIVATE.finditer(text):
                    before = text[max(0, match.start() - 100) : match.start()]
                    if not _MADE_UP.search(before) and not _is_allowed(text, match):
                        yield _finding(path, text, match, "private key")
            for match in _logins(text):
                if _is_login(match) and not _is_allowed(text, match):
                    yield _finding(path, text, match, "URL with a password")


# Services share most texts of their template: each is searched once.
@lru_cache(_TEXTS)
def _keys(text: str) -> Sequence[tuple[str, re.Match[str]]]:
    return [
        (kind, match)
        for kind, (hints, pattern) in _ANY_KEY.items()
        if any(hint in text for hint in hints)
        for match in pattern.finditer(text)
    ]


@lru_cache(_TEXTS)
def _logins(text: str) -> Sequence[re.Match[str]]:
    return [*_LOGIN.finditer(text)]


@lru_cache(_TEXTS)
def _assigned(text: str) -> Sequence[re.Match[str]]:
    return [*_ASSIGNED.finditer(text)]


class Secrets(Check):
    """No value looks like a password.

    Random letters and digits assigned to a name such as password, secret, token or key are most
    likely a real secret. Tests, examples and documents are not checked.

    Fix: change the secret, remove it from the file, and read it from the environment. If it is not
    a secret, put `gitleaks:allow` on its line.

    Since v1.5.0.
    """

    code = "DS702"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.paths:
            if _holds_examples(path):
                continue
            text = repository.text(path) or ""
            for match in _assigned(text):
                value = match[1]
                quoted = text[match.start(1) - 1] in "\"'"
                if path.endswith(_QUOTED) and not quoted:
                    continue  # a name or a call, not a string
                if _is_random(value) and not _is_allowed(text, match):
                    yield _finding(path, text, match, "value that looks random")


class KeyFiles(Check):
    """No file meant for secrets is tracked.

    Key stores, SSH private keys, `.netrc` files and `.env` files with passwords belong on one
    machine only.

    Fix: change the secrets in the file, run `git rm --cached FILE`, add it to `.gitignore`, and
    keep an `.env.example` without values.

    Since v1.5.0.
    """

    code = "DM703"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.named(*_KEY_FILES):
            if not _holds_examples(path):
                yield at(path)
        for path in repository.named(_ENVIRONMENT):
            if _SAMPLE.search(path.rpartition("/")[2]) or _holds_examples(path):
                continue
            text = repository.text(path) or ""
            for match in re.finditer(_IN_ENVIRONMENT, text):
                word = match[2].isalpha() and match[2].islower()  # local defaults: postgres, root
                if not (word or _PLACEHOLDER.search(match[2]) or _is_allowed(text, match)):
                    yield _finding(path, text, match, "secret")


_IN_ENVIRONMENT = (
    r"(?im)^(?:export )?(\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY)\w*)="
    r"[\"']?([^\s\"'#]{8,200})"
)


def _holds_examples(path: str) -> bool:
    """Return whether a match in this file is most likely an example."""
    return is_auxiliary(path) or bool(_NOT_CODE.search(path))


def _finding(path: str, text: str, match: re.Match[str], kind: str) -> str:
    # The secret is not shown: more people read reports than the repository.
    return f"{at(path, line_of(text, match.start()))}: {kind}"


def _is_allowed(text: str, match: re.Match[str]) -> bool:
    """Return whether the line is marked as not secret."""
    end = text.find("\n", match.end())
    line = text[text.rfind("\n", 0, match.start()) + 1 : end if end >= 0 else None]
    return bool(_ALLOWED.search(line[-500:]))


def _is_made_up(key: str) -> bool:
    return bool(re.search(r"EXAMPLE|(.)\1{7}|12345678|abcdefgh", key, re.IGNORECASE))


def _is_login(match: re.Match[str]) -> bool:
    """Return whether a URL with a password belongs to a remote host."""
    password, host = match[1], match[2].lower()
    if _PLACEHOLDER.search(password) or "." not in host or host.startswith(("127.", "0.0.")):
        return False
    return not re.search(r"(^|\.)(example|invalid|test|local|localhost)(\.|$)|^host\.docker", host)


def _is_random(value: str) -> bool:
    """Return whether a value mixes letters and digits at random, and is not a name or address."""
    if _PLACEHOLDER.search(value) or _is_made_up(value):
        return False
    if re.fullmatch(
        r"[a-z]+([-_./:][a-z0-9]+)*|[A-Z]+([-_./:][A-Z0-9]+)*|[\w-]+(\.[A-Za-z_]\w*)+", value
    ):
        return False
    if "://" in value or value.startswith(("/", "./", "~", "@", "&", "sha256:")):
        return False
    if not (re.search(r"[A-Za-z]", value) and len(re.findall(r"\d", value)) >= 2):
        return False
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return entropy >= min(_ENTROPY, math.log2(len(value)) * 0.85)
