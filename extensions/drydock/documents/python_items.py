"""Parses Python source, and splits the lists of items in it: names, arguments, literals."""

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from drydock.documents import siblings
from drydock.documents.kinds import ANYWHERE, ITEMS
from drydock.documents.nodes import Body, Part

_COMMENT = re.compile(r"[ \t]*#[^\n]*")
_CLOSING = re.compile(r"(?:\s|#[^\n]*)*[\])}]?\s*")
_BLANK = {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_WORDS = {tokenize.NAME, tokenize.NUMBER}


def parse(text: str) -> ast.Module:
    """Return the syntax tree of `text`; raise ValueError if the running Python rejects it."""
    tree: ast.Module = _compiled(text, ast.PyCF_ONLY_AST)
    return tree


def check(text: str) -> None:
    """Raise ValueError if `text` does not compile.

    Compiling finds more errors than parsing does, such as `def f(a, a)`.
    """
    _compiled(text, 0)


def behavior(text: str) -> Hashable:
    """Return what `text` does: its code and comments, which tools can read, but no docstrings.

    Raises ValueError if it is not valid Python.
    """
    tree = parse(text)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree), comments(text)


def _compiled(text: str, flags: int) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as an invalid escape in the user's code
            return compile(text, "<text>", "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.msg}") from error
    except MemoryError as error:  # the parser raises it for deeply nested brackets
        raise ValueError("nested too deeply") from error


def comments(text: str) -> Hashable:
    """Return the comments in `text`, each with the number of words before it."""
    if "#" not in text:
        return ()
    words, result = 0, []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            words += token.type in _WORDS
            if token.type == tokenize.COMMENT:
                result.append((words, " ".join(token.string.split())))
    except (tokenize.TokenError, IndentationError):
        return text  # without tokens, only an equal text has equal comments
    return tuple(result)


def list_kind(value: ast.expr, target: str) -> str:
    """Return what identifies a list of items: its bracket, or the function called."""
    if not isinstance(value, ast.Call):
        return "{" if isinstance(value, ast.Dict) else "["
    first = ast.unparse(value.args[0]) if value.args and not target else ""
    return f"{ast.unparse(value.func)}({first}"


def imported_names(text: str) -> Body | None:
    """Return the names that a `from` import lists; None if they cannot be split."""
    opening = re.match(r"\s*from\b[^#(\\]*?\bimport\b[ \t]*(\(?)", text)
    return _items(text, opening.end(), opening[1]) if opening else None


def value_items(text: str, value: ast.expr, first: int) -> Body | None:
    """Return the items of the last value in `text`; None if they cannot be split.

    `first` is the line, counted from 0, at which `text` starts in the source of `value`.
    """
    if isinstance(value, ast.Call):
        line, column = value.func.end_lineno or 1, value.func.end_col_offset or 0
    else:
        line, column = value.lineno, value.col_offset
    row = line - 1 - first
    lines = text.split("\n")
    start = sum(len(before) + 1 for before in lines[:row])
    start += len(lines[row].encode()[:column].decode())
    bracket = text[start : start + 1]
    body = _items(text, start + 1, bracket) if bracket in {"(", "[", "{"} else None
    return body and replace(body, kind=ITEMS)


def _items(text: str, start: int, bracket: str) -> Body | None:
    """Split `text` at the commas from `start` to the closing bracket or the end of the text."""
    comment = _COMMENT.match(text, start)
    end = comment.end() if comment else start
    opening, parts, separator = text[:end], [], True
    for first, last in _spans(text[start:], bool(bracket)):
        if not separator:
            return None
        lead, item = text[end : start + first], text[start + first : start + last]
        separator = text.startswith(",", start + last)
        end = start + last + separator
        comment = _COMMENT.match(text, end)
        after = comment[0] if comment else ""
        end += len(after)
        try:
            key, meaning = (
                _identity(item, bracket) if opening.strip()[:5] != "from " else (item, None)
            )
        except SyntaxError:
            return None
        parts.append(
            Part(key, item, meaning, lead, after, place=ANYWHERE if key.endswith("=") else None)
        )
    if not _CLOSING.fullmatch(text, end) or "\\" in text[:end]:
        return None
    items = siblings.distinct(parts)
    return Body(items, opening, text[end:], separator=",", trailing=separator and bool(parts))


def _identity(item: str, bracket: str) -> tuple[str, Hashable]:
    """Return the identity of an item, and its meaning."""
    text = {"(": f"f({item}\n)", "[": f"[{item}\n]", "{": f"{{{item}\n}}"}[bracket]
    parsed = ast.parse(text, mode="eval").body
    meaning = ast.dump(parsed), comments(item)
    if isinstance(parsed, ast.Call) and parsed.keywords:
        return f"{parsed.keywords[0].arg or ast.unparse(parsed)}=", meaning
    if isinstance(parsed, ast.Dict) and parsed.keys[0]:
        return ast.unparse(parsed.keys[0]), meaning
    return ast.unparse(parsed)[1:-1].removeprefix("("), meaning


def _spans(text: str, bracketed: bool) -> list[tuple[int, int]]:
    """Return the start and end of each item, up to the closing bracket or the end of the line."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    spans: list[tuple[int, int]] = []
    depth, begun = 0, False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE and not bracketed and not depth:
                break
            if token.type in _BLANK or token.type == tokenize.ENDMARKER:
                continue
            if token.type == tokenize.OP and token.string in ")]}":
                if not depth:
                    break
                depth -= 1
            elif token.type == tokenize.OP and token.string in "([{":
                depth += 1
            elif token.string == "," and not depth:
                begun = False
                continue
            first, last = (starts[row - 1] + column for row, column in (token.start, token.end))
            spans[-1:] = [(spans[-1][0], last)] if begun else [*spans[-1:], (first, last)]
            begun = True
    except (tokenize.TokenError, IndentationError):
        pass  # without a closing bracket, the text ends in the middle of the code
    return spans
