"""Answers of a blind audit in a file: CSV with the columns item and answer, or one JSON object a line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from snoop_flow.errors import UsageError

_WORDS: dict[str, int | None] = {
    **dict.fromkeys(("yes", "y", "1", "+1", "true", "oui", "o"), 1),
    **dict.fromkeys(("no", "n", "-1", "−1", "false", "non"), -1),
    **dict.fromkeys(("unsure", "u", "0", "?", "incertain"), 0),
    **dict.fromkeys(("clear", "null", "none"), None),
}


def read_answers(path: Path) -> dict[str, int | None]:
    """Item id → 1, -1, 0 (unsure) or None (takes an answer back); rows without an answer are left out.

    Raises:
        UsageError: the file cannot be read, or a line says something else, or an item is answered in two ways.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from error
    found: dict[str, int | None] = {}
    for number, row in _rows(path, text):
        item, word = str(row.get("item") or "").strip(), _word(row.get("answer"))
        if not word:
            continue
        if not item or word not in _WORDS:
            raise UsageError(f"{path}, line {number}: give an item and yes, no, unsure or clear, not {word[:20]!r}")
        if found.setdefault(item, _WORDS[word]) != _WORDS[word]:
            raise UsageError(f"{path}, line {number}: item {item} is answered in two ways; decide for one")
    if not found:
        raise UsageError(f"{path}: holds no answer; write lines such as: 5m2k…,yes")
    return found


def _word(value: Any) -> str:
    """An answer as a word; JSON's null takes an answer back, while an empty field is none."""
    return str(value).strip().lower() if value is not None else ""


def _rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if text.lstrip().startswith("{"):
        yield from _json_lines(path, text)
        return
    table = csv.DictReader(text.splitlines())
    if not {"item", "answer"} <= set(table.fieldnames or ()):
        raise UsageError(f"{path}: has no columns item and answer; its first line must name them")
    try:
        for row in table:
            yield table.line_num, row
    except csv.Error as error:
        raise UsageError(f"{path}, line {table.line_num}: is no CSV ({error})") from error


def _json_lines(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{path}, line {number}: is no JSON ({error})") from error
            if not isinstance(row, dict):
                raise UsageError(f'{path}, line {number}: give an object such as {{"item": "5m2k…", "answer": "yes"}}')
            yield number, {**row, "answer": "null" if "answer" in row and row["answer"] is None else row.get("answer")}
