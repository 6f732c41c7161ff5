"""Documents of all versions into one model; one file, since each quirk is a few lines on the same small manifests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from snoop_iiif import Collection, IIIFError, Manifest, Member, MetadataEntry, read_document
from snoop_iiif.reading.languages import plain_text

URI = "https://library.example.org/iiif/book/manifest.json"
V2 = "http://iiif.io/api/presentation/2/context.json"
V3 = "http://iiif.io/api/presentation/3/context.json"


def canvas_2(**changes: Any) -> dict[str, Any]:
    resource = {"@id": "https://e.org/1.jpg", "@type": "dctypes:Image", "width": 600, "height": 800}
    image = {"@type": "oa:Annotation", "motivation": "sc:painting", "on": "https://e.org/c1", "resource": resource}
    base = {"@id": "https://e.org/c1", "@type": "sc:Canvas", "label": "1", "width": 600, "height": 800}
    return {**base, "images": [image], **changes}


def manifest_2(*canvases: Mapping[str, Any], **changes: Any) -> Manifest:
    document = {"@context": V2, "@id": "https://e.org/m", "@type": "sc:Manifest", "label": "Book"}
    read = read_document({**document, "sequences": [{"@id": "s", "canvases": list(canvases)}], **changes}, URI)
    assert isinstance(read, Manifest)
    return read


def canvas_3(*bodies: Any, target: Any = "https://e.org/c1", **changes: Any) -> dict[str, Any]:
    annotations = [{"type": "Annotation", "motivation": "painting", "body": body, "target": target} for body in bodies]
    page = {"type": "AnnotationPage", "items": annotations}
    base = {"id": "https://e.org/c1", "type": "Canvas", "label": {"fr": ["1"]}, "width": 600, "height": 800}
    return {**base, "items": [page], **changes}


def manifest_3(*canvases: Mapping[str, Any], **changes: Any) -> Manifest:
    document = {"@context": V3, "id": "https://e.org/m", "type": "Manifest", "label": {"fr": ["Livre"]}}
    read = read_document({**document, "items": list(canvases), **changes}, URI)
    assert isinstance(read, Manifest)
    return read


IMAGE_3 = {"id": "https://e.org/1.jpg", "type": "Image", "width": 600, "height": 800}


def with_service(**service: Any) -> dict[str, Any]:
    return {**IMAGE_3, "service": [service]}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty answer, not a IIIF document"),
        (b" \n", "an empty answer, not a IIIF document"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "an HTML page, not a IIIF document"),
        (b"<?xml version='1.0'?><OAI-PMH/>", "an XML document, not a IIIF document"),
        (b'{"@type": "sc:Manifest", "label": "Li', "JSON ends early at byte 37"),
        (b'{"@type": "sc:Manifest",', "JSON ends early at byte 24"),
        (b'{"a": 1,}', "not JSON: "),
        ('{"é": nope}'.encode(), "not JSON: expecting value at byte 7 (line 1)"),
        (b"[1, 2]", "a JSON list, not a IIIF document"),
        (b'{"@context": "http://iiif.io/api/image/2/context.json", "width": 1}', "an Image API info.json"),
        (b'{"type": "ImageService3"}', "an Image API info.json"),
        (b'{"type": "AnnotationPage"}', "an annotation page, not a manifest"),
        (b'{"type": "OrderedCollection"}', "a Change Discovery stream, not a manifest"),
        (b'{"type": "Person"}', "its type is Person"),
        (b'{"a": 1}', "it has no type"),
        (b"[" * 100_000, "JSON that cannot be read"),
        (b'{"a": ' + b"9" * 5000 + b"}", "JSON that cannot be read"),
        (b'{"type": "Manifest", "items": []}', "a manifest without canvases (its items hold none)"),
        (b'{"type": "Manifest", "items": [{"type": "Scene"}]}', "a manifest without canvases"),
    ],
)
def test_what_is_no_manifest_is_called_by_its_name(data: bytes, reason: str) -> None:
    with pytest.raises(IIIFError) as caught:
        read_document(data, URI)
    assert reason in caught.value.reason
    assert "\n" not in caught.value.reason


def test_every_truncation_is_an_error() -> None:
    whole = json.dumps({"@context": V2, "@type": "sc:Manifest", "sequences": [{"canvases": [canvas_2()]}]}).encode()
    for length in range(len(whole)):
        with pytest.raises(IIIFError):
            read_document(whole[:length], URI)
    assert isinstance(read_document(whole, URI), Manifest)


def test_encodings() -> None:
    text = json.dumps({"type": "Manifest", "label": {"fr": ["Été"]}, "items": [canvas_3(IMAGE_3)]}, ensure_ascii=False)
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert read_document(text.encode(encoding), URI).label == {"fr": ("Été",)}
    latin = read_document(text.encode("latin-1"), URI)
    assert latin.label == {"fr": ("�t�",)}
    assert "not-utf-8" in latin.quirks


def test_version_2_texts() -> None:
    manifest = manifest_2(
        canvas_2(),
        label=[{"@value": "Livre", "@language": "fr"}, {"@value": "Book", "@language": ""}, "Buch"],
        description={"@value": "<p>One<br/>two</p><script>alert(1)</script>", "@language": "en"},
        metadata=[
            {"label": "Auteur", "value": ["Hugo &amp; fils", {"@value": "Sand", "@language": "fr"}]},
            {"label": "Vide", "value": ""},
            {"label": [{"@value": "Lien", "@language": "@none"}], "value": "<a href='https://e.org'>là</a>"},
            "not an entry",
        ],
        attribution="BnF",
        license=["https://e.org/licence", "https://e.org/other"],
        related={"@id": "https://e.org/page"},
        navDate="1918-01-01T00:00:00Z",
    )
    assert manifest.label == {"fr": ("Livre",), "none": ("Book", "Buch")}
    assert manifest.summary == {"en": ("One\ntwo",)}
    assert manifest.metadata == (
        MetadataEntry({"none": ("Auteur",)}, {"none": ("Hugo & fils",), "fr": ("Sand",)}),
        MetadataEntry({"none": ("Lien",)}, {"none": ("là",)}),
    )
    assert (manifest.rights, manifest.homepage) == ("https://e.org/licence", "https://e.org/page")
    assert manifest.attribution == {"none": ("BnF",)}
    assert manifest.nav_date == "1918-01-01T00:00:00Z"
    assert {"html-in-metadata", "html-in-summary", "language-none-misspelt"} <= set(manifest.quirks)


def test_version_3_texts() -> None:
    manifest = manifest_3(
        canvas_3(IMAGE_3),
        label={"fr": ["Livre", "Tome"], "@none": ["x"], "en": "Book"},
        requiredStatement={"label": {"en": ["By"]}, "value": {"en": ["<b>V&A</b>"]}},
        rights="http://creativecommons.org/licenses/by/4.0/",
        homepage=[{"id": "page.html", "type": "Text"}],
        thumbnail=[{"id": "t.jpg", "type": "Image", "width": 90, "height": 120}],
    )
    assert manifest.label == {"fr": ("Livre", "Tome"), "none": ("x",), "en": ("Book",)}
    assert manifest.attribution == {"en": ("V&A",)}
    assert manifest.homepage == "https://library.example.org/iiif/book/page.html"
    assert manifest.thumbnail is not None
    assert manifest.thumbnail.url == "https://library.example.org/iiif/book/t.jpg"
    assert {"relative-id", "language-value-not-a-list", "html-in-attribution"} <= set(manifest.quirks)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a < b & c > d", "a < b & c > d"),
        ("<p>Un</p>\n<p>deux &eacute;t&eacute;s</p>", "Un\ndeux étés"),
        ("x<style>p {}</style><!-- no --> y", "x y"),
        ("  spaced\u00a0 out \r\n ", "spaced out"),
        ("5 &lt; 6", "5 < 6"),
    ],
)
def test_plain_text(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_canvas_without_size_takes_its_image() -> None:
    manifest = manifest_2(canvas_2(height=None, width="300"))
    assert (manifest.canvases[0].width, manifest.canvases[0].height) == (300, 400)
    assert "canvas-without-size" in manifest.quirks
    assert manifest_2(canvas_2(height="800.0")).canvases[0].height == 800


def test_canvas_without_id() -> None:
    on_target = manifest_2(canvas_2(**{"@id": None}))
    assert on_target.canvases[0].uri == "https://e.org/c1"
    by_number = manifest_2(canvas_2(**{"@id": 7, "images": []}))
    assert by_number.canvases[0].uri == "https://e.org/m#canvas-1"
    assert "canvas-without-id" in by_number.quirks


def test_document_without_id_is_where_it_came_from() -> None:
    assert manifest_3(canvas_3(IMAGE_3), id="").uri == URI


def test_several_sequences_keep_each_canvas_once() -> None:
    sequences = [{"canvases": [canvas_2(), canvas_2(**{"@id": "c2"})]}, {"canvases": [canvas_2(), "https://e.org/c1"]}]
    manifest = manifest_2(sequences=sequences)
    assert len(manifest.canvases) == 2
    assert {"several-sequences", "sequence-without-id", "canvas-id-repeated"} <= set(manifest.quirks)


def test_choice_puts_the_default_first() -> None:
    choice = {
        "@type": "oa:Choice",
        "default": {"@id": "https://e.org/rgb.jpg", "@type": "dctypes:Image"},
        "item": [{"@id": "https://e.org/uv.jpg", "@type": "dctypes:Image"}],
    }
    manifest = manifest_2(canvas_2(images=[{"resource": choice, "on": "https://e.org/c1"}]))
    assert [image.url for image in manifest.canvases[0].images] == ["https://e.org/rgb.jpg", "https://e.org/uv.jpg"]
    assert {"choice", "several-images"} <= set(manifest.quirks)
    third = {"type": "Choice", "items": [IMAGE_3, {**IMAGE_3, "id": "https://e.org/2.jpg"}]}
    assert [image.url for image in manifest_3(canvas_3(third)).canvases[0].images] == [
        "https://e.org/1.jpg",
        "https://e.org/2.jpg",
    ]


def test_endless_choices_are_refused() -> None:
    body: dict[str, Any] = {"type": "Choice", "items": []}
    for _ in range(60):
        body = {"type": "Choice", "items": [body]}
    with pytest.raises(IIIFError, match="nested more than"):
        manifest_3(canvas_3(body))


def test_image_on_a_part_of_the_canvas() -> None:
    target = {
        "type": "SpecificResource",
        "source": "https://e.org/c1",
        "selector": {"type": "FragmentSelector", "value": "xywh=10,20,30,40"},
    }
    for written in (target, "https://e.org/c1#xywh=10,20,30,40"):
        manifest = manifest_3(canvas_3(IMAGE_3, target=written))
        assert manifest.canvases[0].images[0].position == (10, 20, 30, 40)
        assert "image-on-part-of-canvas" in manifest.quirks


def test_audio_and_video_canvases_are_kept() -> None:
    video = {"id": "https://e.org/v.mp4", "type": "Video", "format": "video/mp4", "duration": 12.5}
    manifest = manifest_3(
        canvas_3(video, duration=12.5), canvas_3(video, id="https://e.org/c2", duration="3.5", width=None, height=None)
    )
    assert [(c.duration, c.width, c.images) for c in manifest.canvases] == [(12.5, 600, ()), (3.5, None, ())]
    assert "audio-or-video" in manifest.quirks


@pytest.mark.parametrize(
    ("service", "version", "level"),
    [
        ({"id": "https://e.org/i", "type": "ImageService3", "profile": "level2"}, 3, 2),
        (
            {"@id": "https://e.org/i", "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level0.json"},
            2,
            0,
        ),
        ({"id": "https://e.org/i", "@context": "http://iiif.io/api/image/2/context.json", "profile": "level1"}, 2, 1),
        (
            {
                "@id": "https://e.org/i",
                "profile": "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level2",
            },
            1,
            2,
        ),
        (
            {"@id": "https://e.org/i", "profile": "http://library.stanford.edu/iiif/image-api/compliance.html#level1"},
            1,
            1,
        ),
        ({"@id": "https://e.org/i", "profile": ["http://iiif.io/api/image/2/level2.json", {"maxWidth": 800}]}, 2, 2),
        ({"id": "https://e.org/i/info.json", "protocol": "http://iiif.io/api/image"}, 3, 1),
        (
            {
                "@id": "https://e.org/i/",
                "@context": "http://iiif.io/api/image/2/context.json",
                "profile": "http://iiif.io/api/image/1/level2.json",
            },
            2,
            2,
        ),
    ],
)
def test_services_of_any_notation(service: dict[str, Any], version: int, level: int) -> None:
    found = manifest_3(canvas_3(with_service(**service))).canvases[0].images[0].service
    assert found is not None
    assert (found.id, found.version, found.level) == ("https://e.org/i", version, level)


def test_service_details() -> None:
    image = with_service(
        id="https://e.org/i",
        type="ImageService3",
        profile="level1",
        width=6000,
        height="4000",
        sizes=[{"width": 600, "height": 400}, {"width": 150, "height": 100}, {"width": 0, "height": 1}],
        tiles=[{"width": 512, "scaleFactors": [4, 1, 2]}],
        maxArea=1_000_000,
    )
    service = manifest_3(canvas_3(image)).canvases[0].images[0].service
    assert service is not None
    assert (service.width, service.height, service.max_area) == (6000, 4000, 1_000_000)
    assert service.sizes == ((150, 100), (600, 400))
    assert (service.tile_width, service.scale_factors) == (512, (1, 2, 4))


def test_other_services_are_no_image_services() -> None:
    manifest = manifest_3(canvas_3(with_service(id="https://e.org/s", type="SearchService2")))
    assert manifest.canvases[0].images[0].service is None
    assert "image-without-service" in manifest.quirks


def test_size_differs_is_noted() -> None:
    assert "size-differs" in manifest_3(canvas_3(IMAGE_3, width=1200, height=1600)).quirks


def test_ranges_are_flattened() -> None:
    child = {
        "id": "https://e.org/r2",
        "type": "Range",
        "label": {"en": ["II"]},
        "items": [{"id": "c1", "type": "Canvas"}],
    }
    parent = {"id": "https://e.org/r1", "type": "Range", "label": {"en": ["I"]}, "items": [child]}
    parent["items"].append(parent)  # type: ignore[attr-defined]
    manifest = manifest_3(canvas_3(IMAGE_3), structures=[parent])
    assert [(r.uri, r.ranges, len(r.canvases)) for r in manifest.ranges] == [
        ("https://e.org/r1", ("https://e.org/r2", "https://e.org/r1"), 0),
        ("https://e.org/r2", (), 1),
    ]
    second = manifest_2(
        canvas_2(),
        structures=[
            {"@id": "https://e.org/r1", "label": "I", "ranges": ["https://e.org/r2"], "canvases": ["https://e.org/c1"]},
            {"@id": "https://e.org/r2", "label": "II", "members": [{"@id": "https://e.org/c1", "@type": "sc:Canvas"}]},
        ],
    )
    assert [(r.ranges, r.canvases) for r in second.ranges] == [
        (("https://e.org/r2",), ("https://e.org/c1",)),
        ((), ("https://e.org/c1",)),
    ]


def test_version_4_timeline_counts_and_scene_does_not() -> None:
    items = [{"id": "https://e.org/t", "type": "Timeline", "duration": 3.0}, {"id": "https://e.org/s", "type": "Scene"}]
    document = {"@context": "http://iiif.io/api/presentation/4/context.json", "type": "Manifest", "items": items}
    manifest = read_document(document, URI)
    assert isinstance(manifest, Manifest)
    assert [canvas.uri for canvas in manifest.canvases] == ["https://e.org/t"]
    assert manifest.version == "4.0"
    assert "scene-left-out" in manifest.quirks


def test_collection_of_version_2() -> None:
    inner = {"@id": "https://e.org/in", "@type": "sc:Collection", "label": "In", "manifests": ["https://e.org/m2"]}
    collection = read_document(
        {
            "@context": V2,
            "@id": "https://e.org/c",
            "@type": "sc:Collection",
            "label": "C",
            "collections": [inner],
            "manifests": [{"@id": "m1", "label": "M"}, "https://e.org/m2", {"label": "lost"}],
            "members": [{"@id": "https://e.org/m2", "@type": "sc:Manifest", "label": "again"}],
            "first": {"@id": "https://e.org/c?page=1"},
            "next": "https://e.org/c?page=2",
        },
        URI,
    )
    assert isinstance(collection, Collection)
    found = [(member.uri, member.kind, member.document is not None) for member in collection.members]
    assert found == [
        ("https://e.org/in", "collection", True),
        ("https://library.example.org/iiif/book/m1", "manifest", False),
        ("https://e.org/m2", "manifest", False),
    ]
    assert collection.pages == ("https://e.org/c?page=1", "https://e.org/c?page=2")
    assert {"member-without-id", "relative-id"} <= set(collection.quirks)
    nested = read_document(collection.embedded[0], URI)
    assert isinstance(nested, Collection)
    assert nested.members == (Member("https://e.org/m2", "manifest", {}),)


def test_collection_of_version_3() -> None:
    items = [
        {"id": "https://e.org/m", "type": "Manifest", "label": {"en": ["M"]}},
        {"id": "https://e.org/k", "type": "Collection", "label": {"en": ["K"]}},
        {"id": "https://e.org/full", "type": "Manifest", "label": {"en": ["F"]}, "items": [canvas_3(IMAGE_3)]},
    ]
    collection = read_document(
        {"@context": V3, "id": "https://e.org/c", "type": "Collection", "label": {"en": ["C"]}, "items": items}, URI
    )
    assert isinstance(collection, Collection)
    assert [member.kind for member in collection.members] == ["manifest", "collection", "manifest"]
    assert isinstance(read_document(collection.embedded[0], URI), Manifest)


@pytest.mark.parametrize("junk", [None, 0, True, "x", [], {}, [None, 1, "x", [], {}], {"x": [{}]}, float("nan")])
@pytest.mark.parametrize(
    "key",
    "@context id @id type @type label metadata sequences items thumbnail structures rights license related homepage "
    "requiredStatement navDate summary images width height duration service body resource on target".split(),
)
def test_junk_is_read_or_refused_never_a_crash(key: str, junk: Any) -> None:
    for document in (
        {"@context": V2, "@type": "sc:Manifest", "sequences": [{"canvases": [canvas_2(**{key: junk})]}]},
        {"@context": V3, "type": "Manifest", "items": [canvas_3({**IMAGE_3, key: junk}, **{key: junk})]},
        {"@context": V3, "type": "Manifest", "items": [canvas_3(with_service(**{"id": "https://e.org", key: junk}))]},
        {"@context": V2, "@type": "sc:Collection", "manifests": [{"@id": "x", key: junk}], "members": junk},
    ):
        for damaged in (document, {**document, key: junk}):
            with suppress(IIIFError):
                read_document(damaged, URI)


def test_sound_and_video_in_media_sequences_are_canvases() -> None:
    base = "https://e.org"
    files = [{"@id": f"{base}/f.{name}", "format": f"video/{name}"} for name in ("mp4", "webm")]
    document = {
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": f"{base}/m",
        "@type": "sc:Manifest",
        "label": "A film",
        "mediaSequences": [
            {
                "@type": "ixif:MediaSequence",
                "elements": [
                    {"@id": f"{base}/e0", "@type": "dctypes:MovingImage", "label": "Reel 1", "rendering": files,
                     "width": 0, "height": 0},
                    {"@id": f"{base}/e1", "@type": "dctypes:Sound", "format": "audio/mp3"},
                    {"@id": f"{base}/e2", "@type": "foaf:Document", "format": "application/pdf"},
                ],
            }
        ],
        "sequences": [
            {"compatibilityHint": "displayIfContentUnsupported", "canvases": [{"@id": f"{base}/no", "images": []}]}
        ],
    }  # fmt: skip
    read = read_document(document, f"{base}/m")
    assert isinstance(read, Manifest)
    assert [canvas.uri for canvas in read.canvases] == [f"{base}/e0", f"{base}/e1"]
    assert [(one.url, one.kind, one.format) for one in read.canvases[0].media] == [
        (f"{base}/f.mp4", "video", "video/mp4"),
        (f"{base}/f.webm", "video", "video/webm"),
    ]
    assert [one.kind for one in read.canvases[1].media] == ["sound"]
    assert "media-sequences" in read.quirks
