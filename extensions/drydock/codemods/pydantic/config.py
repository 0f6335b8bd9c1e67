"""`class Config` -> `model_config = ConfigDict(...)`, with renamed keys.

Source: https://docs.pydantic.dev/latest/migration/#changes-to-config: Pydantic 2 warns about an old
key and ignores it, so that for example `orm_mode` has no effect.
Settings: Pydantic 1 accepted variables in an `.env` file that are no fields, whatever `extra` was;
pydantic-settings raises, so `extra="ignore"` is added unless `extra` is set.
"""

from dataclasses import dataclass, replace

import libcst as cst

from drydock.codemods.pydantic.models import MODELS, SETTINGS, InModels
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source, dotted

_RENAMED = {
    "allow_population_by_field_name": "populate_by_name",
    "anystr_lower": "str_to_lower",
    "anystr_strip_whitespace": "str_strip_whitespace",
    "anystr_upper": "str_to_upper",
    "keep_untouched": "ignored_types",
    "max_anystr_length": "str_max_length",
    "min_anystr_length": "str_min_length",
    "orm_mode": "from_attributes",
    "schema_extra": "json_schema_extra",
    "validate_all": "validate_default",
}
_UNCHANGED = {
    *("title", "extra", "use_enum_values", "validate_assignment", "arbitrary_types_allowed"),
    *("alias_generator", "json_encoders", "env_prefix", "env_file", "env_file_encoding"),
    *("case_sensitive", "env_nested_delimiter", "secrets_dir", *_RENAMED.values(), "frozen"),
    *("hide_input_in_errors", "protected_namespaces", "coerce_numbers_to_str", "regex_engine"),
}
# Keys with the only behaviour of Pydantic 2.
_DEFAULTS = {
    "smart_union": "True",
    "underscore_attrs_are_private": "True",
    "copy_on_model_validation": "'none'",
}
_REMOVED = {
    "fields": "use Field(alias=..., ...) on each field",
    "getter_dict": "use a validator with mode='before'",
    "error_msg_templates": "raise the messages in validators",
    "json_dumps": "override model_dump_json() if the exact JSON matters",
    "json_loads": "parse the JSON first, and call model_validate()",
    "post_init_call": "see the section on dataclasses in Pydantic's migration guide",
}


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Configs(source))


class _Configs(InModels):
    def leave_model(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        config = _config(original_node)
        if not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        if not config:
            return updated_node
        if problem := self._problem(original_node, config):
            self.source.left(config, problem, "write model_config = ConfigDict(...)")
            return updated_node
        is_settings = self.is_model(original_node, *SETTINGS)
        assignment = self._model_config(original_node, config, is_settings=is_settings)
        body: list[cst.BaseStatement] = []
        for line in updated_node.body.body:
            if not (isinstance(line, cst.ClassDef) and line.name.value == "Config"):
                body.append(line)
            elif assignment:
                body.append(assignment)
        if not body:
            body.append(cst.SimpleStatementLine([cst.Pass()]))
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        in_bases = self.classes and self.classes[-1].name.value == "Config"
        is_config = original_node.attr.value in {"Config", "__config__"} and not in_bases
        if is_config and self.source.is_a(original_node.value, *MODELS):
            why = f"models no longer have .{original_node.attr.value}"
            self.source.left(original_node, why, "read model_config, which is a dict")
        return updated_node

    def _problem(self, model: cst.ClassDef, config: cst.ClassDef) -> str:
        """Return why `class Config` cannot become a dict; empty if it can."""
        if any(_target(line) == "model_config" for line in _lines(model)):
            return "the model has both class Config and model_config"
        for base in config.bases:
            name = dotted(base.value)
            owner = name.removesuffix(".Config")
            bases = {dotted(one.value) for one in model.bases}
            if self.source.resolve(base.value) == "pydantic.BaseConfig":
                continue
            if not name.endswith(".Config") or owner not in bases:
                return f"class Config derives from {name or 'an expression'}"
        for line in config.body.body:
            if not isinstance(line, cst.SimpleStatementLine):
                name = getattr(getattr(line, "name", None), "value", "a block")
                return f"class Config defines {name}, which is not a plain value"
        problems = map(_problem_of, _lines(config))
        return next(filter(None, problems), "")

    def _model_config(
        self, model: cst.ClassDef, config: cst.ClassDef, *, is_settings: bool
    ) -> cst.SimpleStatementLine | None:
        """Return the assignment that replaces `class Config`; None if no key remains."""
        entries = [one for line in config.body.body for one in self._entries(line)]
        docstrings = [text for line in _lines(config) if (text := _docstring(line))]
        if docstrings and entries:
            comment = cst.Comment(f"# {docstrings[0].strip()}")
            entries[0] = replace(entries[0], above=[comment, *entries[0].above])
        names = [entry.name for entry in entries]
        if is_settings and "extra" not in names and "env_file" in names:
            entries.append(_Entry("extra", cst.SimpleString('"ignore"')))
            names.append("extra")
        for base in config.bases:
            self.source.drop_import(base.value)
        if not entries:
            self.source.changed(config, "class Config removed: Pydantic 2 needs none of its keys")
            return None
        self.source.changed(config, f"class Config -> model_config ({', '.join(names)})")
        kind = "pydantic_settings.SettingsConfigDict" if is_settings else "pydantic.ConfigDict"
        call = _call(self.source.reference(kind, like=model.bases[0].value), entries, config)
        assign = cst.Assign([cst.AssignTarget(cst.Name("model_config"))], call)
        return cst.SimpleStatementLine([assign], leading_lines=config.leading_lines)

    def _entries(self, line: cst.CSTNode) -> list["_Entry"]:
        if not isinstance(line, cst.SimpleStatementLine):
            return []
        entries = []
        for small in line.body:
            name, value = _target(small), getattr(small, "value", None)
            if not name or not isinstance(value, cst.BaseExpression):
                continue
            if name in _DEFAULTS:
                if cst.Module([]).code_for_node(value).replace('"', "'") != _DEFAULTS[name]:
                    how = "check the code that relies on it"
                    self.source.left(small, f"Pydantic 2 ignores {name}", how)
                continue
            if name in _REMOVED:
                self.source.left(small, f"Pydantic 2 ignores {name}", _REMOVED[name])
                continue
            name, value = self._renamed(name, value)
            comments = [one.comment for one in line.leading_lines if one.comment]
            ended = line.trailing_whitespace.comment if small is line.body[-1] else None
            entries.append(_Entry(name, value, comments, ended))
        return entries

    def _renamed(self, name: str, value: cst.BaseExpression) -> tuple[str, cst.BaseExpression]:
        if name == _MUTABLE:
            flipped = {"True": "False", "False": "True"}.get(dotted(value), "")
            other = cst.Name(flipped) if flipped else cst.UnaryOperation(cst.Not(), value)
            return "frozen", other
        owner = self.source.resolve(value.value) if isinstance(value, cst.Attribute) else ""
        if isinstance(value, cst.Attribute) and owner == "pydantic.Extra":
            self.source.drop_import(value.value)
            return name, cst.SimpleString(f'"{value.attr.value}"')
        return _RENAMED.get(name, name), value


_MORE = "class Config contains more than assignments"


def _docstring(small: cst.CSTNode) -> str:
    """Return the text of a one-line docstring; empty for any other statement."""
    value = small.value if isinstance(small, cst.Expr) else None
    text = str(value.evaluated_value) if isinstance(value, cst.SimpleString) else ""
    return text if "\n" not in text else ""


def _problem_of(small: cst.BaseSmallStatement) -> str:
    """Return why a statement of the class cannot become an entry; empty if it can."""
    name = _target(small)
    if not name:
        return "" if isinstance(small, cst.Pass) or _docstring(small) else _MORE
    if name == "fields":
        return f"class Config sets fields: {_REMOVED['fields']}"
    if name not in {*_UNCHANGED, *_RENAMED, *_REMOVED, *_DEFAULTS, _MUTABLE}:
        return f"class Config sets {name}, which Pydantic does not know"
    return ""


_MUTABLE = "allow_mutation"


@dataclass(frozen=True)
class _Entry:
    """A value of a configuration, with the comments above and behind it."""

    name: str
    value: cst.BaseExpression
    above: list[cst.Comment] | tuple[()] = ()
    behind: cst.Comment | None = None


class _Deeper(cst.CSTTransformer):
    """Indents the continuation lines of an expression that moves one level out."""

    def __init__(self, by: str) -> None:
        super().__init__()
        self.by = by

    def leave_ParenthesizedWhitespace(
        self,
        original_node: cst.ParenthesizedWhitespace,
        updated_node: cst.ParenthesizedWhitespace,
    ) -> cst.ParenthesizedWhitespace:
        if not updated_node.indent:
            return updated_node
        last = updated_node.last_line
        empty = [
            line.with_changes(whitespace=cst.SimpleWhitespace(self.by + line.whitespace.value))
            if line.comment
            else line
            for line in updated_node.empty_lines
        ]
        deeper = last.with_changes(value=self.by + last.value)
        return updated_node.with_changes(last_line=deeper, empty_lines=empty)


def _call(func: cst.BaseExpression, entries: list[_Entry], config: cst.ClassDef) -> cst.Call:
    body = config.body
    by = body.indent if isinstance(body, cst.IndentedBlock) and body.indent else "    "
    header = body.header.comment if isinstance(body, cst.IndentedBlock) else None
    code = [cst.Module([]).code_for_node(one.value) for one in entries]
    plain = not header and not any(one.above or one.behind for one in entries)
    width = sum(map(len, code)) + sum(len(one.name) + 3 for one in entries)
    if plain and "\n" not in "".join(code) and (len(entries) == 1 or width < 60):
        last = len(entries) - 1
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        args = [
            _arg(one, one.value, comma if place < last else cst.MaybeSentinel.DEFAULT)
            for place, one in enumerate(entries)
        ]
        return cst.Call(func, args)
    args = []
    for place, one in enumerate(entries):
        following = entries[place + 1] if place + 1 < len(entries) else None
        comma = cst.Comma(
            whitespace_after=_break(one.behind, following.above if following else (), by)
            if following
            else _break(one.behind, (), "")
        )
        value = one.value.visit(_Deeper(by))
        assert isinstance(value, cst.BaseExpression)
        args.append(_arg(one, value, comma))
    before = _break(header, entries[0].above, by)
    return cst.Call(func, args, whitespace_before_args=before)


def _arg(entry: _Entry, value: cst.BaseExpression, comma: cst.Comma | cst.MaybeSentinel) -> cst.Arg:
    return cst.Arg(
        value,
        keyword=cst.Name(entry.name),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
        comma=comma,
    )


def _break(
    behind: cst.Comment | None, above: list[cst.Comment] | tuple[()], by: str
) -> cst.ParenthesizedWhitespace:
    """Return a line break, with the comment behind the last entry and those above the next."""
    space = cst.SimpleWhitespace("  " if behind else "")
    return cst.ParenthesizedWhitespace(
        first_line=cst.TrailingWhitespace(whitespace=space, comment=behind),
        empty_lines=[
            cst.EmptyLine(indent=True, whitespace=cst.SimpleWhitespace(by), comment=one)
            for one in above
        ],
        indent=True,
        last_line=cst.SimpleWhitespace(by),
    )


def _lines(node: cst.ClassDef) -> list[cst.BaseSmallStatement]:
    return [
        small
        for line in node.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for small in line.body
    ]


def _config(node: cst.ClassDef) -> cst.ClassDef | None:
    for line in node.body.body:
        if isinstance(line, cst.ClassDef) and line.name.value == "Config":
            return line
    return None


def _target(small: cst.CSTNode) -> str:
    """Return the target of an assignment; empty for any other statement."""
    if isinstance(small, cst.Assign) and len(small.targets) == 1:
        return dotted(small.targets[0].target)
    if isinstance(small, cst.AnnAssign) and small.value:
        return dotted(small.target)
    return ""


RULE = Rule(
    name="pydantic-config",
    summary="`class Config` -> `model_config`, with renamed keys",
    since="1.5.0",
    words=("Config", "__config__"),
    rewrite=_rewrite,
)
