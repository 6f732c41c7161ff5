from __future__ import annotations

import pytest

from snoop_flow.fragments import fragment, time_of


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("t=12.5", (12.5, None)),
        ("t=12.5,20", (12.5, 20.0)),
        ("t=,20", (0.0, 20.0)),
        ("t=npt:0:01:05,0:01:06.5", (65.0, 66.5)),
        ("t=1:05.5,70&xywh=0,0,10,10", (65.5, 70.0)),
        ("xywh=0,0,10,10&t=3", (3.0, None)),
        ("t=3.", (3.0, None)),
        ("", None),
        ("t=", None),
        ("t=,", None),
        ("xywh=1,2,3,4", None),
        ("start=3", None),
        ("t=1:2:3:4", None),
        ("t=1.5:3", None),
        ("t=3:", None),
        ("t=smpte:0:00:01", None),
    ],
)
def test_times_of_fragments(selector: str, expected: tuple[float, float | None] | None) -> None:
    assert time_of(selector) == expected


def test_fragments_are_written_with_three_decimals_at_most() -> None:
    assert [fragment(0.0), fragment(1.25, 3.0004), fragment(62.1239)] == ["t=0", "t=1.25,3", "t=62.124"]
