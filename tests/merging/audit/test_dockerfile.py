"""What holds in both sides of a Dockerfile and not in the merge is found, and told."""

import pytest
from drydock.merging.audit import dockerfile

BASE = 'FROM a AS build\nRUN make\n\nFROM b\nCOPY --from=build /x /x\nCMD ["x"]\n'
RUN = 'CMD ["x"]\n'

# ours, theirs, merged; what is told
BROKEN = {
    "a variable that both set": (
        BASE.replace("COPY", "ENV A=1\nCOPY"),
        f"{BASE}ENV A=2\n",
        BASE.replace("COPY", "ENV A=1\nCOPY") + "ENV A=2\n",
        "`ENV A` would be set twice in one stage",
    ),
    "a label among others": (
        BASE.replace("COPY", 'LABEL x.y="1" z=1\nCOPY'),
        f"{BASE}LABEL z=2\n",
        BASE.replace("COPY", 'LABEL x.y="1" z=1\nCOPY') + "LABEL z=2\n",
        "`LABEL z` would be set twice in one stage",
    ),
    "a stage that is gone": (
        "FROM b\nCOPY x /x\nCMD [\"x\"]\n",
        f"{BASE}COPY --from=build /y /y\n",
        "FROM b\nCOPY x /x\nCMD [\"x\"]\nCOPY --from=build /y /y\n",
        "no stage `build` is above `COPY --from=build /y /y`",
    ),
    "a stage that a mount names": (
        "FROM b\nCOPY x /x\nCMD [\"x\"]\n",
        f"{BASE}RUN --mount=type=bind,from=build,target=/y ls\n",
        "FROM b\nCMD [\"x\"]\nRUN --mount=type=bind,from=build,target=/y ls\n",
        "no stage `build` is above `RUN --mount=type=bind,from=build,target=/y ls`",
    ),
    "an entry point above a new last stage": (
        f"{BASE}ENTRYPOINT [\"tini\"]\n",
        f"{BASE}\nFROM build AS debug\n",
        f"{BASE}ENTRYPOINT [\"tini\"]\n\nFROM build AS debug\n",
        'the image would no longer have your `ENTRYPOINT ["tini"]`',
    ),
    "a user above a new last stage": (
        f"{BASE}\nFROM b AS debug\n{RUN}",
        f"{BASE}USER app\n",
        f"{BASE}USER app\n\nFROM b AS debug\n{RUN}",
        "the image would no longer have the release's `USER app`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_told(name: str) -> None:
    *texts, told = BROKEN[name]
    assert dockerfile.broken(BASE, *texts) == told


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        # a stage that is built on another runs what that runs
        (f"{BASE}USER app\n", BASE.replace("FROM b", "FROM b AS run") + "FROM run\n",
         BASE.replace("FROM b", "FROM b AS run") + "USER app\nFROM run\n"),
        # the same in another stage is another
        (BASE.replace("RUN make", "ENV A=1\nRUN make"), f"{BASE}ENV A=2\n",
         BASE.replace("RUN make", "ENV A=1\nRUN make") + "ENV A=2\n"),
        # what is given to a command is no instruction
        (BASE.replace("RUN make", "RUN <<EOF\nCMD x\nCMD y\nEOF"), f"{BASE}USER app\n",
         BASE.replace("RUN make", "RUN <<EOF\nCMD x\nCMD y\nEOF") + "USER app\n"),
        # twice in a side already
        (f"{BASE}ENV A=1 B=2\nENV A=2\n", BASE.replace("make", "make x"),
         BASE.replace("make", "make x") + "ENV A=1 B=2\nENV A=2\n"),
    ],
)  # fmt: skip
def test_what_holds_is_not_told(ours: str, theirs: str, merged: str) -> None:
    assert dockerfile.broken(BASE, ours, theirs, merged) is None
