"""Documents worse than those that institutions publish: real ones with parts cut off, exchanged and repeated."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snoop_iiif import (
    Collection,
    IIIFError,
    Image,
    Manifest,
    convert_document,
    image_tiles,
    image_url,
    read_document,
    read_information,
    survey,
    thumbnail_url,
)

CALM = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
URI = "https://example.org/iiif/m.json"
Errors = Callable[[Mapping[str, Any]], list[str]]

ODD_TEXTS = [
    "http://e.org/a",
    "//",
    "http://[",
    "urn:x:y",
    "#xywh=1,2,3,4",
    "<b>x</b>",
    "sc:Canvas",
    "-5",
    " ",
    "1e9",
    "",
]
ODD_KEYS = ["@id", "id", "type", "@type", "@value", "items", "service", "label", "default", "width", "x"]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(ODD_TEXTS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(ODD_KEYS), inner, max_size=4),
    max_leaves=8,
)


def parts(place: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    found: list[tuple[Any, Any]] = []
    pending = [place]
    while pending:
        one = pending.pop()
        keys: Any = list(one) if isinstance(one, dict) else range(len(one))
        for key in keys:
            found.append((one, key))
            if isinstance(one[key], dict | list):
                pending.append(one[key])
    return found


@st.composite
def worse(draw: st.DrawFn, documents: list[bytes]) -> dict[str, Any]:
    """A document with one to six things wrong with it."""
    document: dict[str, Any] = json.loads(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 6))):
        everywhere = parts(document)
        if not everywhere:
            break
        container, key = everywhere[draw(st.integers(0, len(everywhere) - 1))]
        other, place = everywhere[draw(st.integers(0, len(everywhere) - 1))]
        match draw(st.sampled_from(["replace", "drop", "repeat", "wrap", "unwrap", "exchange", "text"])):
            case "replace":
                container[key] = draw(JUNK)
            case "drop":
                del container[key]
            case "repeat" if isinstance(container, list):
                container.insert(0, deepcopy(container[key]))
            case "wrap":
                container[key] = [container[key]]
            case "unwrap" if isinstance(container[key], list) and container[key]:
                container[key] = container[key][0]
            case "exchange":
                container[key] = deepcopy(other[place])
            case "text":
                container[key] = str(container[key])[:60]
    return document


@pytest.fixture(scope="module")
def reals(shared: Any) -> list[bytes]:
    """Manifests and collections small enough to be varied often."""
    folder = shared / "data" / "manifests"
    found = (
        path.read_bytes() for kind in ("manifests", "collections") for path in sorted((folder / kind).rglob("*.json"))
    )
    return [body for body in found if len(body) < 20_000]


@pytest.fixture(scope="module")
def olds(reals: list[bytes]) -> list[bytes]:
    """Those of version 2 that can be read."""
    found = []
    for body in reals:
        try:
            if read_document(body, URI).version.startswith("2"):
                found.append(body)
        except IIIFError:
            continue
    return found


def assert_one_line(error: IIIFError) -> None:
    assert error.reason
    assert "\n" not in error.reason


def check(document: Manifest | Collection) -> None:
    """What everything that was read promises."""
    assert len(set(document.quirks)) == len(document.quirks)
    if isinstance(document, Collection):
        assert len({member.uri for member in document.members}) == len(document.members)
        return
    uris = [canvas.uri for canvas in document.canvases]
    assert uris
    assert len(set(uris)) == len(uris)
    for canvas in document.canvases:
        assert (canvas.width is None) == (canvas.height is None)
        assert all(medium.url.lower().startswith("http") for medium in canvas.media)
        thumbnail_url(canvas)
        for image in canvas.images:
            check_image(image)


def check_image(image: Image) -> None:
    """It has an address for every size, and survives storage."""
    for longest in (1, 224, 10**6):
        assert image_url(image, longest).lower().startswith(("http://", "https://"))
        image_tiles(image, longest)
    assert Image.from_dict(json.loads(json.dumps(image.to_dict()))) == image


def test_a_worse_document_is_read_or_refused_in_one_line(reals: list[bytes]) -> None:
    read, refused = [], []

    @CALM
    @given(worse(reals))
    def hold(document: dict[str, Any]) -> None:
        try:
            found = read_document(json.dumps(document).encode(), URI)
        except IIIFError as error:
            assert_one_line(error)
            refused.append(error.reason)
            return
        check(found)
        read.append(found)

    hold()
    assert len(read) > len(refused) > 0
    assert any(isinstance(one, Manifest) and any(canvas.images for canvas in one.canvases) for one in read)


def test_what_can_be_read_of_version_2_becomes_valid_version_3(olds: list[bytes], iiif_errors: Errors) -> None:
    converted = []

    @CALM
    @given(worse(olds))
    def hold(document: dict[str, Any]) -> None:
        try:
            found = read_document(document, URI)
        except IIIFError:
            return
        if not found.version.startswith("2"):
            return
        written = convert_document(document, URI)
        assert iiif_errors(written) == []
        again = read_document(json.dumps(written).encode(), URI)
        check(again)
        converted.append(again)

    hold()
    assert len(converted) > 100


def test_a_cut_or_spoilt_answer_is_read_or_refused(reals: list[bytes]) -> None:
    @CALM
    @given(st.data())
    def hold(data: st.DataObject) -> None:
        body = data.draw(st.sampled_from(reals))
        begin, length = data.draw(st.integers(0, len(body))), data.draw(st.integers(0, 400))
        filling = data.draw(st.sampled_from([b"", b"null", b"[", b"}", b"\xff\xfe", b'"', b"\0", b"1e999"]))
        survey([(URI, body[:begin] + filling + body[begin + length :])])

    hold()


INFORMATION = ["@id", "id", "profile", "protocol", "width", "height", "sizes", "tiles", "@context", "maxArea"]


@CALM
@given(st.dictionaries(st.sampled_from(INFORMATION), JUNK), st.integers(1, 10**5))
def test_an_info_json_is_read_or_refused(document: dict[str, Any], width: int) -> None:
    body = json.dumps({"width": width, "height": 7, "protocol": "http://iiif.io/api/image", **document}).encode()
    try:
        service = read_information(body, "https://e.org/i/1/info.json")
    except IIIFError as error:
        assert error.reason  # noqa: PT017 - it may be read as well
        return
    check_image(Image(None, None, service.width, service.height, service))


@pytest.mark.parametrize("opening", ['{"a":', "["])
def test_brackets_without_end_are_refused(opening: str) -> None:
    with pytest.raises(IIIFError):
        read_document((opening * 200_000).encode(), URI)


def test_choices_without_end_are_refused() -> None:
    nest: Any = "https://e.org/i.jpg"
    for _ in range(500):
        nest = {"type": "Choice", "items": [nest]}
    annotation = {"type": "Annotation", "motivation": "painting", "body": nest}
    canvas = {"id": "https://e.org/c", "type": "Canvas", "items": [{"items": [annotation]}]}
    context = "http://iiif.io/api/presentation/3/context.json"
    with pytest.raises(IIIFError, match="deep"):
        read_document({"@context": context, "id": URI, "type": "Manifest", "items": [canvas]}, URI)
