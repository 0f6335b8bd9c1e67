"""The places in conflict that a forecast lists."""

import pytest
from drydock.fleet.forecast import Part, parts_of

PARTS = {
    "usual_markers": (
        "a\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> release v2\nd\n",
        [Part(2, ["b"], ["c"])],
    ),
    "markers_with_base": (
        "<<<<<<< yours\nb\n||||||| release v1\na\n=======\nc\n>>>>>>> release v2\n",
        [Part(1, ["b"], ["c"])],
    ),
    "longer_markers_around_lines_like_markers": (
        "Use\n=======\n<<<<<<<< yours\nInstall\n=======\n<<<<<<< x\n========\nc\n>>>>>>> y\n"
        ">>>>>>>> release v2\nd\n<<<<<<<< yours\n========\ne\n>>>>>>>> release v2\n",
        [Part(3, ["Install", "=======", "<<<<<<< x"], ["c", ">>>>>>> y"]), Part(7, [], ["e"])],
    ),
    "no_conflict": ("Use\n=======\n<<<<<<< x\n", []),
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_in_conflict_are_listed_with_their_lines(name: str) -> None:
    text, parts = PARTS[name]
    assert list(parts_of(text.encode())) == parts
