"""Random schemas with all kinds of fields and options, nested and inherited."""

import random

_KINDS = (
    *("Str", "Int", "Float", "Bool", "DateTime", "Date", "Time", "UUID", "Email", "Url", "Raw"),
    *("Decimal", "TimeDelta", "IP", "Dict", "Enum", "List", "Tuple", "Nested", "Pluck", "Constant"),
)
_CHECKS = {
    "Str": ("Length(min=1)", "Length(max=2)", 'OneOf(["a", "b"])', 'Regexp("a|b")', 'NoneOf([""])'),
    "Int": ("Range(min=0)", "Range(0, 5)", "OneOf([1, 2, 3])", "Equal(1)", "NoneOf([0])"),
    "Float": ("Range(min=0.5)", "Range(max=2, max_inclusive=False)"),
    "List": ("Length(max=1)", "Length(equal=2)"),
}
_DEFAULTS = {
    "Str": '"d"',
    "Int": "7",
    "Float": "0.5",
    "Bool": "True",
    "List": "list",
    "Dict": "dict",
}


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.names: list[str] = []

    def chance(self, of: int) -> bool:
        return self.random.randrange(of) == 0

    def field(self, depth: int = 2) -> str:
        """Return the code of a field."""
        kinds = [k for k in _KINDS if self.names or k not in ("Nested", "Pluck")]
        kind = self.random.choice(kinds)
        if depth == 0 and kind in ("List", "Tuple", "Dict", "Nested", "Pluck", "Constant"):
            kind = "Int"
        arguments: list[str] = []
        match kind:
            case "List":
                arguments.append(self.field(depth - 1))
            case "Tuple":
                arguments.append(f"({self.field(0)}, {self.field(0)})")
            case "Dict" if self.chance(2):
                arguments += [f"keys={self.field(0)}", f"values={self.field(depth - 1)}"]
            case "Enum":
                arguments += ["Color", *(["by_value=True"] if self.chance(2) else [])]
            case "Constant":
                return f"fields.Constant({self.random.choice(['1', 'None', repr('c')])})"
            case "Nested":
                target = self.random.choice(self.names)
                text = self.random.choice([target, f'"{target}"', f"lambda: {target}()"])
                arguments.append(text)
                if "lambda" not in text and self.chance(2):
                    arguments.append("many=True")
                if self.chance(4):
                    arguments.append('unknown="exclude"')
                if self.chance(4):
                    arguments.append('only=("f0",)')
            case "Pluck":
                arguments += [self.random.choice(self.names), '"f0"']
            case "Decimal" if self.chance(2):
                arguments.append("places=1")
            case "Date" if self.chance(3):
                arguments.append('format="%d.%m.%Y"')
        return f"fields.{kind}({', '.join([*arguments, *self.options(kind, depth)])})"

    def options(self, kind: str, depth: int) -> list[str]:
        """Return random options that every field can have."""
        arguments = []
        if checks := _CHECKS.get(kind):
            some = [f"validate.{check}" for check in checks if self.chance(3)]
            if some:
                arguments.append(
                    f"validate=[{', '.join(some)}]" if self.chance(2) else f"validate={some[0]}"
                )
        if self.chance(4):
            arguments.append("allow_none=True")
        if depth < 2:
            return arguments
        if self.chance(3):
            arguments.append("required=True")
        elif self.chance(3) and kind in _DEFAULTS:
            arguments.append(f"load_default={_DEFAULTS[kind]}")
        if self.chance(4) and kind in _DEFAULTS:
            arguments.append(f"dump_default={_DEFAULTS[kind]}")
        if self.chance(6):
            arguments.append(self.random.choice(["load_only=True", "dump_only=True"]))
        if self.chance(8):
            arguments.append('error_messages={"required": "R!", "null": "N!"}')
        return arguments

    def schema(self, number: int) -> str:
        """Return the code of a schema."""
        name = f"R{self.seed}S{number}Schema"  # unique, as Nested may name it by a string
        base = self.random.choice(self.names) if self.names and self.chance(3) else "Schema"
        lines = []
        if self.chance(2):
            lines.append("    class Meta:")
            lines.append(f"        unknown = {self.random.choice(['EXCLUDE', 'INCLUDE', 'RAISE'])}")
            if self.chance(3):
                lines.append(f"        {self.random.choice(['load_only', 'dump_only'])} = ('f1',)")
            if self.chance(4):
                lines.append("        exclude = ('f2',)")
            lines.append("")
        # All have f0, which other schemas pluck or select.
        lines.append("    f0 = fields.Int()")
        for place in range(1, self.random.randint(4, 7)):
            field = self.field()
            if place == 1:
                field = field.replace(", load_only=True", "").replace(", dump_only=True", "")
                field = field.replace("(load_only=True", "(").replace("(dump_only=True", "(")
            if self.chance(4) and not field.startswith("fields.Constant"):
                field = f'{field[:-1]}, data_key="k{place}")'.replace("(, ", "(")
            elif self.chance(8) and not field.startswith("fields.Constant"):
                field = f'{field[:-1]}, attribute="a{place}")'.replace("(, ", "(")
            lines.append(f"    f{place} = {field}")
        self.names.append(name)
        return f"class {name}({base}):\n" + "\n".join(lines) + "\n"


def make(seed: int) -> str:
    """Return a module with random schemas; the same seed gives the same module."""
    maker = _Maker(seed)
    head = (
        "import enum\n\nfrom marshmallow import EXCLUDE, INCLUDE, RAISE, Schema, fields, validate\n"
        '\n\nclass Color(enum.Enum):\n    RED = 1\n    GREEN = "g"\n'
    )
    return "\n\n".join([head, *(maker.schema(number) for number in range(3))])
