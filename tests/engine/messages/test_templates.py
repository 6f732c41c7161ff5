"""Recognising which message a text was made from."""

from __future__ import annotations

import pytest

from snoop_flow.messages import Template


@pytest.mark.parametrize(
    ("message", "text", "values"),
    [
        ("nothing is embedded yet", "nothing is embedded yet", ()),
        ("class {0} has no version {1}; it has {2}", "class a b has no version 3; it has 1, 2", ["a b", "3", "1, 2"]),
        ("{0}: cannot be read ({1})", "/a (b): cannot be read (no such file)", ["/a (b)", "no such file"]),
        ("{0} of {1}", "1 of 2 of 3", ["1", "2 of 3"]),
        ("write {{local}}, not {0}", "write {local}, not {x}", ["{x}"]),
        ("{1} before {0}", "a before b", ["b", "a"]),
    ],
)
def test_values_are_read_back(message: str, text: str, values: list[str]) -> None:
    template = Template(message)
    assert template.values(text) == values
    assert template.fill(values) == text


@pytest.mark.parametrize(
    "text", ["", "class", "class a has no version", "Class a has no version 1", "a class a has no"]
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert Template("class {0} has no version {1}").values(text) is None


def test_a_long_text_costs_no_more_than_its_length() -> None:
    assert Template("{0}a{1}a{2}a{3}b").values("a" * 4000) is None
