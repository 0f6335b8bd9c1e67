"""Loaders of YAML and of a Spring Cloud Config server: the chassis reads both into settings.

They are reported only: the code that uses the values has to read `settings` instead.
"""

import libcst as cst

from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source

_LOADERS = {
    "yaml.safe_load": "YAML",
    "yaml.load": "YAML",
    "config.spring.ConfigClient": "a Spring Cloud Config server",
    "spring_config.ClientConfigurationBuilder": "a Spring Cloud Config server",
    "spring_config.client.SpringConfigClient": "a Spring Cloud Config server",
}


def _rewrite(source: Source) -> cst.Module | None:
    answers = source.project.files.get(".copier-answers.yml", "")
    return source.tree.visit(_Loaders(source)) if "package_path:" in answers else None


class _Loaders(Rewriter):
    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        kind = _LOADERS.get(self.source.resolve(original_node.func))
        if kind:
            what = f"loads {kind}, which the chassis can do"
            how = "add its values to the chassis' settings and read them there"
            self.source.left(original_node, f"{what} if this is configuration", how)
        return updated_node


RULE = Rule(
    name="chassis-configuration",
    summary="loaders of YAML and Spring Cloud Config, redundant with the chassis: reported",
    since="1.5.0",
    words=("yaml", "spring"),
    rewrite=_rewrite,
    on_request=True,
)
