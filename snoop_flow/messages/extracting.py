"""What is to be translated, read from source code: the texts of errors and the titles of specs, where they stand.

A text is written once, in English, where it is needed: an f-string in a `raise`, the title of a spec. Its message id is
that text with its values numbered: `f"class {found.name} has no model"` is `class {0} has no model`. What is called
`reason`, `problems` or `notes` is read by people, too: variables, arguments, also those of functions of the same file.
`phrase(…)` marks any other text that is. This is a method of extraction for Babel, found by its entry point:

    pybabel extract --mapping babel.cfg …        # babel.cfg: [snoop_flow: **.py]
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

Message = tuple[int, str, str, list[str]]
_TITLED = ("Spec", "Family")  # ends of the names of what has a title
_READ = frozenset({"reason", "reasons", "problems", "notes"})  # names of variables and arguments
_UNREAD = frozenset({"ValueError", "TypeError", "RuntimeError", "MemoryError", "AttributeError", "AssertionError"})


def extract(
    file: IO[bytes], keywords: Sequence[str], comment_tags: Sequence[str], options: Mapping[str, Any]
) -> Iterator[Message]:
    """Babel's interface: (line, function, message, comments) of each text in a Python file.

    Args:
        keywords: not looked at, nor are `comment_tags`.
        options: `titled`: ends of the names of what has a title as specs have, beside these.
    """
    tree = ast.parse(file.read())
    titled = (*_TITLED, *str(options.get("titled", "")).split())
    functions = dict(one for node in ast.walk(tree) if (one := _taking_a_reason(node)))
    for node in ast.walk(tree):
        for text in _texts(node, titled, functions):
            yield from _messages(text)


def _taking_a_reason(node: ast.AST) -> tuple[str, int] | None:
    """The name of a function that takes a reason, and at which place; None for whatever else."""
    if not isinstance(node, ast.FunctionDef):
        return None
    names = [one.arg for one in node.args.args if one.arg not in ("self", "cls")]
    return next(((node.name, place) for place, name in enumerate(names) if name in _READ), None)


def _texts(node: ast.AST, titled: tuple[str, ...], functions: Mapping[str, int]) -> Iterator[ast.expr]:
    """The texts that people read of a part of a program."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(one, ast.Name) and one.id.strip("_").lower() in _READ for one in targets):
            yield node.value
    elif isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        yield from _given(node, name, functions)
        if name.endswith(titled):
            yield from node.args[1:2]  # of every spec and family the title follows the name
            yield from (one.value for one in node.keywords if one.arg in ("title", "languages"))


def _given(node: ast.Call, name: str, functions: Mapping[str, int]) -> Iterator[ast.expr]:
    """What a call is given to say: texts of errors, what `phrase` marks, further problems, reasons."""
    appended = name == "append" and getattr(getattr(node.func, "value", None), "id", "") in _READ
    if (name.endswith("Error") and name not in _UNREAD) or name == "phrase" or appended:
        yield from node.args
    elif name in functions:
        yield from node.args[functions[name] : functions[name] + 1]
    yield from (one.value for one in node.keywords if one.arg in _READ)


def _messages(text: ast.expr) -> Iterator[Message]:
    """The texts in a literal, an f-string, a list, or at both ends of a condition."""
    if isinstance(text, ast.IfExp):
        inner: list[ast.expr] = [text.body, text.orelse]
    elif isinstance(text, ast.BoolOp):
        inner = list(text.values)
    elif isinstance(text, ast.Tuple | ast.List):
        inner = list(text.elts)
    elif isinstance(text, ast.Dict):
        inner = list(text.values)
    else:
        yield from _message(text)
        return
    for one in inner:
        yield from _messages(one)


def _message(text: ast.expr) -> Iterator[Message]:
    """One text with its values numbered, then the texts among its values."""
    written, values = "", list[ast.expr]()
    for part in text.values if isinstance(text, ast.JoinedStr) else [text]:
        if isinstance(part, ast.FormattedValue):
            written += f"{{{len(values)}}}"
            values.append(part.value)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            written += part.value.replace("{", "{{").replace("}", "}}")
        else:
            return
    if sum(letter.isalpha() for letter in written) > 1:
        yield text.lineno, "gettext", written, [f"{{{place}}} = {ast.unparse(one)}" for place, one in enumerate(values)]
    for value in values:
        if isinstance(value, ast.IfExp | ast.BoolOp):
            yield from _messages(value)
