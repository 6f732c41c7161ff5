"""What is to be translated is read from source code."""

from __future__ import annotations

import io

from snoop_flow.messages.extracting import extract

SOURCE = '''
def refuse(name, where):
    reason = "too large" if where else f"no {name!r} in {where or 'any place'}"
    raise SourceError(kind, uri, reason)

def check(names):
    """A docstring is not read."""
    problems.append(f"{len(names)} names")
    raise UsageError(f"{names[0]}: write {{x}}, such as {names[1]:.2f}") if names else ValueError("never shown")

def told(uri, reason): ...

told("https://example.org", "was told")
_REASONS = {404: "not found", 410: ("gone", "for good")}
ONE = BackboneSpec("one", "The first", 3, languages="all")
TWO = BackboneSpec(name="two", title=TITLE, note="not read")
KNOWN = phrase("marked")
OTHER = _("of another catalogue")
'''
WANTED = {
    "too large": [],
    "no {0} in {1}": ["{0} = name", "{1} = where or 'any place'"],
    "any place": [],
    "{0} names": ["{0} = len(names)"],
    "{0}: write {{x}}, such as {1}": ["{0} = names[0]", "{1} = names[1]"],
    "was told": [],
    "not found": [],
    "gone": [],
    "for good": [],
    "The first": [],
    "all": [],
    "marked": [],
}


def test_texts_are_found_where_people_read_them() -> None:
    found = list(extract(io.BytesIO(SOURCE.encode()), (), (), {}))
    assert {message: comments for _line, _function, message, comments in found} == WANTED
    lines = SOURCE.splitlines()
    assert all(lines[line - 1].strip() for line, *_ in found)


def test_further_names_have_titles() -> None:
    source = b'Known("small", "A small one", title="Another")'
    found = extract(io.BytesIO(source), (), (), {"titled": "Known"})
    assert [message for _line, _function, message, _comments in found] == ["A small one", "Another"]
