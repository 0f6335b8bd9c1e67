"""Parses Python source, and takes lists of items in it apart: names, arguments, literals."""

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

_REMARK = re.compile(r"[ \t]*#[^\n]*")
_CLOSING = re.compile(r"(?:\s|#[^\n]*)*[\])}]?\s*")
_BLANK = {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_WORDS = {tokenize.NAME, tokenize.NUMBER}


def parse(text: str) -> ast.Module:
    """Return what `text` says; raise ValueError if it is not Python, as far as this one knows."""
    tree: ast.Module = _compiled(text, ast.PyCF_ONLY_AST)
    return tree


def check(text: str) -> None:
    """Raise ValueError if `text` does not compile: that finds more than parsing, `def f(a, a)`."""
    _compiled(text, 0)


def does(text: str) -> Hashable:
    """Return what `text` makes Python and its tools do: docstrings do nothing, comments may.

    Raises ValueError if it is not Python.
    """
    tree = parse(text)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree), remarks(text)


def _compiled(text: str, flags: int) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a doubtful escape is not for us to judge
            return compile(text, "<text>", "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.msg}") from error
    except MemoryError as error:  # what the parser says of brackets within brackets
        raise ValueError("it is nested too deeply") from error


def remarks(text: str) -> Hashable:
    """Return the comments in `text`, each with the number of words before it."""
    if "#" not in text:
        return ()
    words, found = 0, []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            words += token.type in _WORDS
            if token.type == tokenize.COMMENT:
                found.append((words, " ".join(token.string.split())))
    except (tokenize.TokenError, IndentationError):
        return text  # whatever it is, its layout is all that tells
    return tuple(found)


def kind(value: ast.expr, target: str) -> str:
    """Return what tells a list of items from others: its bracket, or who is called with it."""
    if not isinstance(value, ast.Call):
        return "{" if isinstance(value, ast.Dict) else "["
    first = ast.unparse(value.args[0]) if value.args and not target else ""
    return f"{ast.unparse(value.func)}({first}"


def imported(text: str) -> Body | None:
    """Return the names that an import from a module lists; None if they cannot be taken apart."""
    opening = re.match(r"\s*from\b[^#(\\]*?\bimport\b[ \t]*(\(?)", text)
    return _items(text, opening.end(), opening[1]) if opening else None


def held(text: str, value: ast.expr, first: int) -> Body | None:
    """Return the items that the last value in `text` holds; None if they cannot be taken apart.

    `first` is the line, counted from 0, at which `text` stands where `value` comes from.
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
    """Cut `text` at the commas between `start` and the bracket that ends it, or its end."""
    remark = _REMARK.match(text, start)
    end = remark.end() if remark else start
    opening, parts, separator = text[:end], [], True
    for first, last in _spans(text[start:], bool(bracket)):
        if not separator:
            return None
        lead, item = text[end : start + first], text[start + first : start + last]
        separator = text.startswith(",", start + last)
        end = start + last + separator
        remark = _REMARK.match(text, end)
        after = remark[0] if remark else ""
        end += len(after)
        try:
            key, says = _identity(item, bracket) if opening.strip()[:5] != "from " else (item, None)
        except SyntaxError:
            return None
        parts.append(
            Part(key, item, says, lead, after, place=ANYWHERE if key.endswith("=") else None)
        )
    if not _CLOSING.fullmatch(text, end) or "\\" in text[:end]:
        return None
    held = siblings.distinct(parts)
    return Body(held, opening, text[end:], separator=",", ends=separator and bool(parts))


def _identity(item: str, bracket: str) -> tuple[str, Hashable]:
    """Return what tells an item from others, and what it says."""
    text = {"(": f"f({item}\n)", "[": f"[{item}\n]", "{": f"{{{item}\n}}"}[bracket]
    parsed = ast.parse(text, mode="eval").body
    says = ast.dump(parsed), remarks(item)
    if isinstance(parsed, ast.Call) and parsed.keywords:
        return f"{parsed.keywords[0].arg or ast.unparse(parsed)}=", says
    if isinstance(parsed, ast.Dict) and parsed.keys[0]:
        return ast.unparse(parsed.keys[0]), says
    return ast.unparse(parsed)[1:-1].removeprefix("("), says


def _spans(text: str, bracketed: bool) -> list[tuple[int, int]]:
    """Return where each item begins and ends, up to the bracket that closes, or the line's end."""
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
        pass  # there is no bracket to end it: what is beyond was not read
    return spans
