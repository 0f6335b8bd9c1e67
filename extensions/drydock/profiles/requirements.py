"""Requirements files of pip (https://pip.pypa.io/en/stable/reference/requirements-file-format/)."""

from drydock.profiles import List, Profile

_PIP = "https://pip.pypa.io/en/stable/reference/requirements-file-format/"

PROFILE = Profile(
    files=r"(^|/)([\w.-]*(requirements|constraints)[\w.-]*|requirements/[\w.-]+)\.(txt|in)$",
    # Of several main indexes, pip takes the last one.
    lists=(List("^[]", ("package", r"-?(?P<id>-i)(?:ndex-url)?[ =].*"), unordered=_PIP),),
)
