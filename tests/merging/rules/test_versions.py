"""Of versions that both sides raised the higher one stands, if it satisfies both."""

import pytest
from drydock.merging.rules import versions

OLD, NEW = "0" * 40, "f" * 40
HIGHER: dict[str, tuple[str | None, str, str, str]] = {
    "a tag": ("uses: a/b@v3", "uses: a/b@v4", "uses: a/b@v5", "theirs"),
    "a tag, and ours is it": ("uses: a/b@v3", "uses: a/b@v10", "uses: a/b@v9", "ours"),
    "added by both": (None, "uses: a/b@v4", "uses: a/b@v5", "theirs"),
    "three numbers": ("rev: 1.9.0", "rev: 1.10.0", "rev: 1.9.1", "ours"),
    "an image": ("image: python:3.11-slim", "image: python:3.12-slim", "image: python:3.13-slim",
                 "theirs"),
    "a named key": ("version: 1", "version: 3", "version: 2", "ours"),
    "a named key in quotes": ('python-version: "3.9"', 'python-version: "3.10"',
                              'python-version: "3.11"', "theirs"),
    "a lower bound": ('requires-python = ">=3.9"', 'requires-python = ">=3.12"',
                      'requires-python = ">=3.11"', "ours"),
    "Poetry's": ('numpy = "^1.2"', 'numpy = "^1.26"', 'numpy = "^2"', "theirs"),
    "prereleases": ("rev: v5.0.0-beta.1", "rev: v5.0.0-beta.3", "rev: v5.0.0-beta.10", "theirs"),
    "a release of it": ("rev: 5.0.0-beta.1", "rev: 5.0.0-rc.1", "rev: 5.0.0", "theirs"),
    "builds": ("rev: 5.0.0", "rev: 5.0.0+b2", "rev: 5.0.0+b1", "ours"),
    "Python's prereleases": ("rev: 1.0.0a1", "rev: 1.0.0b1", "rev: 1.0.0rc1", "theirs"),
    "a dated version under its key": ("rev: 2024.01.01", "rev: 2024.03.04", "rev: 2024.05.06",
                                      "theirs"),
    "pins": (f"uses: a/b@{OLD} # v3", f"uses: a/b@{NEW} # v4.1", f"uses: a/b@{OLD} # v4.2",
             "theirs"),
    "a pin of the tag's version": ("uses: a/b@v4", f"uses: a/b@{NEW} # v5.1", "uses: a/b@v5",
                                   "ours"),
    "a pin of an older one": ("uses: a/b@v4", f"uses: a/b@{NEW} # v4.2", "uses: a/b@v5", "theirs"),
    "theirs pin": ("uses: a/b@v4", "uses: a/b@v5", f"uses: a/b@{NEW} # v5.0.1", "theirs"),
}  # fmt: skip
NOT_HIGHER: dict[str, tuple[str | None, str, str]] = {
    "one lowered it": ("uses: a/b@v3", "uses: a/b@v2", "uses: a/b@v5"),
    "both lowered it": ("uses: a/b@v5", "uses: a/b@v2", "uses: a/b@v3"),
    "something else differs": ("uses: a/b@v3", "uses: a/c@v4", "uses: a/b@v5"),
    "a number": ("timeout: 10", "timeout: 20", "timeout: 30"),
    "a number with a dot": ("ratio: 0.5", "ratio: 0.6", "ratio: 0.7"),
    "a port": ('- "80:8080"', '- "80:8081"', '- "80:8082"'),
    "an address": ("host: 10.0.0.1", "host: 10.0.0.2", "host: 10.0.0.3"),
    "a limit from above": ('python = "<3.11"', 'python = "<3.12"', 'python = "<3.13"'),
    "two versions": ('p = ">=3.9,==1.0"', 'p = ">=3.10,==1.1"', 'p = ">=3.11,==1.2"'),
    "pins of one version": (None, f"uses: a/b@{OLD} # v4", f"uses: a/b@{NEW} # v4"),
    "a pin that tells too little": ("uses: a/b@v3", f"uses: a/b@{NEW} # v4", "uses: a/b@v4.2"),
    "a pin lowered": ("uses: a/b@v5", f"uses: a/b@{NEW} # v4", "uses: a/b@v6"),
    "a date": ("since: 2024.01.01", "since: 2024.03.04", "since: 2024.05.06"),
    "a date in quotes": ('since = "2024.01.01"', 'since = "2024.03.04"', 'since = "2024.05.06"'),
    "what it is written in": ("schema_version: 1", "schema_version: 3", "schema_version: 2"),
    "what it is written in, with dots": (
        '"apiVersion": "1.0.0"',
        '"apiVersion": "1.2.0"',
        '"apiVersion": "1.3.0"',
    ),
    "prereleases of something": ("rev: 1.0.0-mine.1", "rev: 1.0.0-mine.2", "rev: 1.0.0-mine.3"),
    "digests without a version": ("a@v1", f"a@{OLD}", f"a@{NEW}"),
}


@pytest.mark.parametrize("name", HIGHER)
def test_the_higher_stands(name: str) -> None:
    base, ours, theirs, side = HIGHER[name]
    settled = versions.higher(base, ours, theirs)
    assert settled
    assert settled[0] == {"ours": ours, "theirs": theirs}[side]
    assert " ".join(settled[0].split()) in settled[1]
    swapped = versions.higher(base, theirs, ours)
    assert swapped
    assert swapped[0] == settled[0]


@pytest.mark.parametrize("name", NOT_HIGHER)
def test_not_certain(name: str) -> None:
    assert versions.higher(*NOT_HIGHER[name]) is None


REQUIREMENTS: dict[str, tuple[str | None, str, str, str | None]] = {
    "the higher bound": ("a>=1", "a>=2", "a>=3", "a>=3"),
    "the higher pin": ("a==1.0", "a==1.10", "a==1.9", "a==1.10"),
    "a pin that the bound allows": ("a>=1", "a==2.5", "a>=2", "a==2.5"),
    "a pin that the bound forbids": ("a>=1", "a==2.5", "a>=3", None),
    "an extra and a bound": ("a>=1", "a[x]>=1", "a>=2", "a[x]>=2"),
    "extras": ("a[x]", "a[x,y]", "a[x,z]", "a[x,y,z]"),
    "an extra less": ("a[x,y]>=1", "a[y]>=1", "a[x,y]>=2", "a[y]>=2"),
    "a limit and a bound": ("a>=1", "a>=1,<4", "a>=2", "a>=2,<4"),
    "a limit below the bound": ("a>=1", "a>=1,<2", "a>=3", None),
    "two limits": ("a<2", "a<3", "a<4", None),
    "exclusions": ("a>=1", "a>=1,!=1.5", "a>=1,!=1.6", "a>=1,!=1.5,!=1.6"),
    "compatible releases": ("a~=1.1", "a~=1.4", "a~=1.2", "a~=1.4"),
    "compatible releases apart": ("a~=1.1", "a~=1.4", "a~=2.0", None),
    "a compatible release and a bound": ("a>=1.0", "a~=2.0", "a>=2.5", "a>=2.5,<3"),
    "a compatible release of three": ("a>=1.0", "a>=2.0.3", "a~=2.0.1", "a>=2.0.3,<2.1"),
    "a bound and a compatible release": ("a>=1.0", "a>=2.0", "a~=2.5", "a~=2.5"),
    "a compatible release added by both": (None, "a~=2.0", "a>=2.5", "a>=2.5,<3"),
    "a compatible release and a pin": ("a>=1.0", "a~=2.0", "a==2.5", "a==2.5"),
    "a compatible release and a lower limit": ("a>=1.0", "a~=2.0", "a>=2.5,<2.8", "a>=2.5,<2.8"),
    "a compatible release and a higher limit": ("a>=1.0", "a~=2.0,<4", "a>=2.5", "a>=2.5,<3"),
    "a compatible release that one side opens": ("a~=1.0", "a~=2.0", "a>=2.5", None),
    "a compatible release below the bound": ("a>=1.0", "a~=2.0", "a>=3.1", None),
    "prereleases": ("a==5.0.0b1", "a==5.0.0b4", "a==5.0.0b3", "a==5.0.0b4"),
    "a marker and a bound": ("a>=1", "a>=1; python_version < '3.9'", "a>=2",
                             'a>=2; python_version < "3.9"'),
    "markers": ("a", "a; python_version < '3.9'", "a; python_version < '3.8'", None),
    "added with a marker": (None, "a", "a; python_version < '3.8'", None),
    "added with and without a bound": (None, "a", "a>=2", "a>=2"),
    "raised and lowered": ("a>=2", "a>=1", "a>=3", None),
    "bound dropped and raised": ("a>=1", "a", "a>=2", None),
    "a URL": ("a", "a @ https://a.b/c", "a>=2", None),
    "no requirement": ("x = 1", "x = 2", "x = 3", None),
    "quotes and blanks of ours": ('"a >= 1"', '"a >= 1, < 4"', '"a>=2"', '"a >=2, <4"'),
    "the name as ours spells it": ("A_b>=1", "A_b[x]>=1", "a-b>=2", "A_b[x]>=2"),
    "no version satisfies both": ("a", "a==1.*", "a>=2", None),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirement(name: str) -> None:
    base, ours, theirs, merged = REQUIREMENTS[name]
    settled = versions.requirement(base, ours, theirs)
    assert (settled and settled[0]) == merged
