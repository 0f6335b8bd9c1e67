"""Taskfile.yml of Task (https://taskfile.dev/docs/reference/schema)."""

from drydock.profiles import List, Profile, Reference

# "The order of entries in deps does not set their execution order."
_DEPS = "https://taskfile.dev/docs/guide/dependencies"

PROFILE = Profile(
    files=r"(^|/)[Tt]askfile(\.dist)?\.ya?ml$",
    # One task may be there several times, with other variables each: then it is known by all of it.
    lists=(List("^tasks.*.deps[]", (r"(?P<id>.+)",), unordered=_DEPS),),
    references=(
        # `docs:build` is a task of an included file, `{{.NAME}}` any.
        Reference(("^tasks.*.deps[]", "^tasks.*.deps[].task", "^tasks.*.cmds[].task"),
                  ("^tasks keys",), r"(?P<id>[^:{]+)$"),
    ),
)  # fmt: skip
