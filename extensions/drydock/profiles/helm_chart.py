"""Chart.yaml of Helm (https://helm.sh/docs/topics/charts/#the-chartyaml-file)."""

from drydock.profiles import List, Profile

PROFILE = Profile(
    files=r"(^|/)Chart\.yaml$",
    lists=(List("^dependencies[]", ("name+alias",)), List("^maintainers[]", ("name",))),
)
