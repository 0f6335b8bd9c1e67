"""Taskfile.yml of Task (https://taskfile.dev/docs/reference/schema)."""

from drydock.profiles import List, Profile, Reference

# "The order of entries in deps does not set their execution order."
_DEPS = "https://taskfile.dev/docs/guide/dependencies"

PROFILE = Profile(
    files=r"(^|/)[Tt]askfile(\.dist)?\.ya?ml$",
    # A task can occur several times with different variables; the whole mapping identifies it then.
    lists=(List("^tasks.*.deps[]", (r"(?P<id>.+)",), unordered=_DEPS),),
    references=(
        # `docs:build` is a task of an included file, `{{.NAME}}` can be any task.
        Reference(("^tasks.*.deps[]", "^tasks.*.deps[].task", "^tasks.*.cmds[].task"),
                  ("^tasks keys",), r"(?P<id>[^:{]+)$"),
    ),
)  # fmt: skip
