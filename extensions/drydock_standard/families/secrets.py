"""Secrets in the repository; `nox -s secrets` of the template looks through its history, too."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from drydock_standard.check import Check, at, line_of
from drydock_standard.repository import Repository, is_aside

NAME = "Secrets"
ORDER = 7

# What the keys of services look like, each with texts of which one is always in it: looking for
# those first is a hundred times as fast.
_KEYS = {
    "key of AWS": (("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "token of GitHub": (
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{82})\b",
    ),
    "token of GitLab": (
        ("glpat-", "glrt-", "gldt-", "glptt-"),
        r"\bgl(?:pat|rt|dt|ptt)-[\w-]{20,50}\b",
    ),
    "token of Slack": (("xox",), r"\bxox[abeprs]-\d{8,15}-[\w-]{10,120}"),
    "webhook of Slack": (
        ("hooks.slack.com",),
        r"hooks\.slack\.com/services/T\w{8,12}/B\w{8,12}/\w{20,30}",
    ),
    "key of Google": (("AIza",), r"\bAIza[\w-]{35}\b"),
    "key of Stripe": (("k_live_",), r"\b[rs]k_live_[A-Za-z0-9]{20,99}\b"),
    "token of PyPI": (("pypi-AgEI",), r"\bpypi-AgEIcHlwaS5vcmc[\w-]{50,255}"),
    "token of npm": (("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    "key of SendGrid": (("SG.",), r"\bSG\.[\w-]{22}\.[\w-]{43}\b"),
    "key of OpenAI": (("T3BlbkFJ",), r"\bsk-(?:proj-)?[\w-]{20,80}T3BlbkFJ[\w-]{20,80}"),
    "token of Telegram": ((":AA",), r"\b\d{8,10}:AA[\w-]{33}\b"),
    "key of Azure storage": (("AccountKey=",), r"\bAccountKey=[A-Za-z0-9+/]{86}=="),
}
_ANY_KEY = {what: (hints, re.compile(pattern)) for what, (hints, pattern) in _KEYS.items()}
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
_NO_CODE = re.compile(
    r"\.(md|rst|ipynb|svg|min\.js|css|map|lock|csv|po|html|txt)$|[.-](sample|example|template|dist)\b|"
    r"(^|/)[\w.-]*lock[\w.-]*\.(json|ya?ml)$|openapi\.json$|\.secrets\.baseline$|(^|/)static/"
)
_PUBLIC = re.compile(r"(^|/)(google-services\.json|GoogleService-Info\.plist)$")
"""Files of keys that ship with every app and are no secret, as their authors say of them."""
_KEY_FILES = (
    r"id_(rsa|dsa|ecdsa|ed25519)",
    r".*\.(p12|pfx|jks|keystore|kdbx|ppk)",
    r"\.(netrc|pgpass|pypirc|htpasswd)",
)
_ENVIRONMENT = r"\.env(\.\w+)?|\w+\.env"
_SAMPLE = re.compile(r"example|sample|template|dist|test|ci", re.IGNORECASE)
_TEXTS = 512  # texts of which it is kept what was found
_ENTROPY = 3.5  # bits a character, from which text is likely to be drawn at random


class Keys(Check):
    """No file has a key or token that a service would accept.

    Everyone who reads the repository, a clone or a backup of it can use it; taking it out of the
    newest commit leaves it in all others.

    Fix: revoke the key at its service, then take it out; the service reads secrets from the
    environment. What is no secret gets `gitleaks:allow` in its line.

    Since v1.5.0.
    """

    code = "DM701"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.paths:
            text = repository.text(path) or ""
            for what, found in _keys(text) if not _PUBLIC.search(path) else ():
                if not _is_allowed(text, found) and not _is_made_up(found[0]):
                    yield _finding(path, text, found, what)
            if _is_quiet(path):
                continue
            if "PRIVATE KEY-----" in text:
                for found in _PRIVATE.finditer(text):
                    before = text[max(0, found.start() - 100) : found.start()]
                    if not _MADE_UP.search(before) and not _is_allowed(text, found):
                        yield _finding(path, text, found, "private key")
            for found in _logins(text):
                if _is_login(found) and not _is_allowed(text, found):
                    yield _finding(path, text, found, "address with a password")


# Services of one template have most texts in common: each is searched once.
@lru_cache(_TEXTS)
def _keys(text: str) -> Sequence[tuple[str, re.Match[str]]]:
    return [
        (what, found)
        for what, (hints, pattern) in _ANY_KEY.items()
        if any(hint in text for hint in hints)
        for found in pattern.finditer(text)
    ]


@lru_cache(_TEXTS)
def _logins(text: str) -> Sequence[re.Match[str]]:
    return [*_LOGIN.finditer(text)]


@lru_cache(_TEXTS)
def _assigned(text: str) -> Sequence[re.Match[str]]:
    return [*_ASSIGNED.finditer(text)]


class Secrets(Check):
    """No value that looks like a password stands in the repository.

    Letters and digits at random, given to something that is called password, secret, token or key,
    are most likely one. Tests, examples and documents are not looked at.

    Fix: change the secret, take it out, and read it from the environment. What is no secret gets
    `gitleaks:allow` in its line.

    Since v1.5.0.
    """

    code = "DS702"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.paths:
            if _is_quiet(path):
                continue
            text = repository.text(path) or ""
            for found in _assigned(text):
                value = found[1]
                quoted = text[found.start(1) - 1] in "\"'"
                if path.endswith(_QUOTED) and not quoted:
                    continue  # a name or a call, and no text
                if _is_random(value) and not _is_allowed(text, found):
                    yield _finding(path, text, found, "value that looks random")


class KeyFiles(Check):
    """No file whose purpose is to hold secrets is tracked.

    Key stores, private keys of SSH, `.netrc` and `.env` files with passwords are for one machine.

    Fix: change the secrets in it, `git rm --cached` the file, name it in `.gitignore`, and keep an
    `.env.example` without values.

    Since v1.5.0.
    """

    code = "DM703"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.named(*_KEY_FILES):
            if not _is_quiet(path):
                yield at(path)
        for path in repository.named(_ENVIRONMENT):
            if _SAMPLE.search(path.rpartition("/")[2]) or _is_quiet(path):
                continue
            text = repository.text(path) or ""
            for found in re.finditer(_IN_ENVIRONMENT, text):
                word = found[2].isalpha() and found[2].islower()  # a developer's: postgres, root
                if not (word or _PLACEHOLDER.search(found[2]) or _is_allowed(text, found)):
                    yield _finding(path, text, found, "value of a secret")


_IN_ENVIRONMENT = (
    r"(?im)^(?:export )?(\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY)\w*)="
    r"[\"']?([^\s\"'#]{8,200})"
)


def _is_quiet(path: str) -> bool:
    """Tell whether what looks like a secret is most likely an example in this file."""
    return is_aside(path) or bool(_NO_CODE.search(path))


def _finding(path: str, text: str, found: re.Match[str], what: str) -> str:
    # What was found is not repeated: reports are read by more people than the repository.
    return f"{at(path, line_of(text, found.start()))}: {what}"


def _is_allowed(text: str, found: re.Match[str]) -> bool:
    """Tell whether the line says that it is no secret."""
    end = text.find("\n", found.end())
    line = text[text.rfind("\n", 0, found.start()) + 1 : end if end >= 0 else None]
    return bool(_ALLOWED.search(line[-500:]))


def _is_made_up(key: str) -> bool:
    return bool(re.search(r"EXAMPLE|(.)\1{7}|12345678|abcdefgh", key, re.IGNORECASE))


def _is_login(found: re.Match[str]) -> bool:
    """Tell whether an address with a password leads to another machine than a developer's."""
    password, host = found[1], found[2].lower()
    if _PLACEHOLDER.search(password) or "." not in host or host.startswith(("127.", "0.0.")):
        return False
    return not re.search(r"(^|\.)(example|invalid|test|local|localhost)(\.|$)|^host\.docker", host)


def _is_random(value: str) -> bool:
    """Tell whether a text has letters and digits without order, and is no name or address."""
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
