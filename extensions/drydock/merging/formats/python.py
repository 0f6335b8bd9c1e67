"""Python source code."""

import ast
import warnings


def handles(path: str) -> bool:
    """Tell whether `path` names Python source."""
    return path.endswith((".py", ".pyi"))


def check(text: str) -> None:
    """Raise ValueError if `text` is not Python, as far as the running version knows it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a doubtful escape is not for us to judge
            ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.msg}") from error
