"""Content states in every form that the specification allows, and what is none."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from snoop_iiif import ContentState, IIIFError, decode_content_state, encode_content_state

CANVAS, MANIFEST = "https://example.org/canvas/1", "https://example.org/manifest"
TARGET = {"id": CANVAS, "type": "Canvas", "partOf": [{"id": MANIFEST, "type": "Manifest"}]}
SELECTED = {
    "type": "SpecificResource",
    "source": TARGET,
    "selector": {"type": "FragmentSelector", "value": "xywh=1,2,3,4"},
}
ANNOTATION = {"type": "Annotation", "motivation": ["contentState"], "target": TARGET}
WHOLE, PART = ContentState(CANVAS, MANIFEST), ContentState(CANVAS, MANIFEST, "xywh=1,2,3,4")


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(quote(text, safe="!'()*").encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (ANNOTATION, WHOLE),
        (TARGET, WHOLE),
        ({**TARGET, "id": f"{CANVAS}#xywh=1,2,3,4"}, PART),
        ({**ANNOTATION, "target": SELECTED}, PART),
        ({**ANNOTATION, "target": [SELECTED, TARGET]}, PART),
        ({**ANNOTATION, "target": CANVAS}, ContentState(CANVAS)),
        ({"id": MANIFEST, "type": "Manifest"}, ContentState(MANIFEST)),
        ({"@id": MANIFEST, "type": "Manifest"}, ContentState(MANIFEST)),
        ({**TARGET, "partOf": MANIFEST}, WHOLE),
        ({**TARGET, "partOf": {"id": MANIFEST, "type": "Manifest"}}, WHOLE),
    ],
)
def test_every_form_is_read_plain_and_encoded(document: object, expected: ContentState) -> None:
    text = json.dumps(document)
    for given in (text, quote(text), _encoded(text)):
        assert decode_content_state(given) == expected


@pytest.mark.parametrize("given", [MANIFEST, quote(MANIFEST, safe=""), _encoded(MANIFEST)])
def test_an_address_alone_is_read(given: str) -> None:
    assert decode_content_state(given) == ContentState(MANIFEST)
    assert decode_content_state(f"{CANVAS}#xywh=1,2,3,4").region == "xywh=1,2,3,4"


def test_what_is_written_is_read_again_with_any_letters() -> None:
    for state in (WHOLE, PART, ContentState(MANIFEST), ContentState("https://example.org/œuvre é/€", MANIFEST)):
        assert decode_content_state(encode_content_state(state)) == state


@pytest.mark.parametrize(
    "given", ["", "x", "!!!", "{", "[]", "{}", '{"id": 3}', '{"target": {}}', "aGVsbG8", "[" * 30_000, "a" * 70_000]
)
def test_what_is_none_is_refused_in_one_line(given: str) -> None:
    with pytest.raises(IIIFError, match="content state") as refused:
        decode_content_state(given)
    assert "\n" not in refused.value.reason


@pytest.mark.parametrize(
    ("fragment", "region", "time"),
    [
        ("t=65.5", "", "t=65.5"),
        ("t=1:05,70", "", "t=1:05,70"),
        ("t=npt:12,20", "", "t=12,20"),
        ("t=3&xywh=1,2,3,4", "xywh=1,2,3,4", "t=3"),
        ("xywh=1,2,3,4&t=,9", "xywh=1,2,3,4", "t=,9"),
        ("start=3", "", ""),
        ("t=now", "", ""),
    ],
)
def test_moments_of_a_film(fragment: str, region: str, time: str) -> None:
    expected = ContentState(CANVAS, MANIFEST, region, time)
    assert decode_content_state(json.dumps({**TARGET, "id": f"{CANVAS}#{fragment}"})) == expected
    assert decode_content_state(encode_content_state(expected)) == expected
