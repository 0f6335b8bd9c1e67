"""A fault that a merged Dockerfile has but neither side has is reported."""

import pytest
from drydock.merging.audit import dockerfile

BASE = 'FROM a AS build\nRUN make\n\nFROM b\nCOPY --from=build /x /x\nCMD ["x"]\n'
RUN = 'CMD ["x"]\n'

# ours, theirs, merged, message
BROKEN = {
    "both_sides_set_variable": (
        BASE.replace("COPY", "ENV A=1\nCOPY"),
        f"{BASE}ENV A=2\n",
        BASE.replace("COPY", "ENV A=1\nCOPY") + "ENV A=2\n",
        "`ENV A` would be set twice in one stage",
    ),
    "both_sides_set_label": (
        BASE.replace("COPY", 'LABEL x.y="1" z=1\nCOPY'),
        f"{BASE}LABEL z=2\n",
        BASE.replace("COPY", 'LABEL x.y="1" z=1\nCOPY') + "LABEL z=2\n",
        "`LABEL z` would be set twice in one stage",
    ),
    "ours_removes_stage_theirs_copies_from_it": (
        "FROM b\nCOPY x /x\nCMD [\"x\"]\n",
        f"{BASE}COPY --from=build /y /y\n",
        "FROM b\nCOPY x /x\nCMD [\"x\"]\nCOPY --from=build /y /y\n",
        "`COPY --from=build /y /y` would have no stage `build` above it",
    ),
    "ours_removes_stage_theirs_mounts_from_it": (
        "FROM b\nCOPY x /x\nCMD [\"x\"]\n",
        f"{BASE}RUN --mount=type=bind,from=build,target=/y ls\n",
        "FROM b\nCMD [\"x\"]\nRUN --mount=type=bind,from=build,target=/y ls\n",
        "`RUN --mount=type=bind,from=build,target=/y ls` would have no stage `build` above it",
    ),
    "ours_adds_entrypoint_theirs_adds_last_stage": (
        f"{BASE}ENTRYPOINT [\"tini\"]\n",
        f"{BASE}\nFROM build AS debug\n",
        f"{BASE}ENTRYPOINT [\"tini\"]\n\nFROM build AS debug\n",
        'the image would no longer have your `ENTRYPOINT ["tini"]`',
    ),
    "theirs_adds_user_ours_adds_last_stage": (
        f"{BASE}\nFROM b AS debug\n{RUN}",
        f"{BASE}USER app\n",
        f"{BASE}USER app\n\nFROM b AS debug\n{RUN}",
        "the image would no longer have the release's `USER app`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_merge_is_reported(name: str) -> None:
    *texts, message = BROKEN[name]
    assert dockerfile.broken(BASE, *texts) == message


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        # a stage based on another runs the same
        (f"{BASE}USER app\n", BASE.replace("FROM b", "FROM b AS run") + "FROM run\n",
         BASE.replace("FROM b", "FROM b AS run") + "USER app\nFROM run\n"),
        # one variable set in two stages
        (BASE.replace("RUN make", "ENV A=1\nRUN make"), f"{BASE}ENV A=2\n",
         BASE.replace("RUN make", "ENV A=1\nRUN make") + "ENV A=2\n"),
        # the lines of a here-document are not instructions
        (BASE.replace("RUN make", "RUN <<EOF\nCMD x\nCMD y\nEOF"), f"{BASE}USER app\n",
         BASE.replace("RUN make", "RUN <<EOF\nCMD x\nCMD y\nEOF") + "USER app\n"),
        # a side already sets it twice
        (f"{BASE}ENV A=1 B=2\nENV A=2\n", BASE.replace("make", "make x"),
         BASE.replace("make", "make x") + "ENV A=1 B=2\nENV A=2\n"),
    ],
)  # fmt: skip
def test_correct_merge_has_no_problem(ours: str, theirs: str, merged: str) -> None:
    assert dockerfile.broken(BASE, ours, theirs, merged) is None
