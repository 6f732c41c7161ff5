from __future__ import annotations

import json
from pathlib import Path

import pytest

from snoop_flow.metadata import Period, dating, places
from snoop_iiif import IIIFError, LanguageMap, Manifest, read_document

Lines = list[tuple[LanguageMap, LanguageMap]]


def lines(*pairs: tuple[str, str]) -> Lines:
    return [({"none": (label,)}, {"none": (value,)}) for label, value in pairs]


@pytest.mark.parametrize(
    ("metadata", "text", "period"),
    [
        (lines(("Date", "1850"), ("Date de création", "vers 1840")), "vers 1840", Period(1840, 1840, True)),
        (lines(("Date of digitisation", "2012"), ("Dates", "1914-1918")), "1914-1918", Period(1914, 1918)),
        (lines(("Date", "numérisé en 2024"), ("Date", "v. 1890")), "v. 1890", Period(1890, 1890, True)),
        (lines(("Published", "Paris : Plon, 1893")), "Paris : Plon, 1893", Period(1893, 1893)),
        (lines(("PublishDate", "2018-03-23T23:32:55Z"), ("date", "1879-11")), "1879-11", Period(1879, 1879)),
        (lines(("Date", "quelque temps")), "quelque temps", None),
        (lines(("Entstehungsjahr", "1747"), ("Erscheinungsjahr", "1750")), "1747", Period(1747, 1747)),
        (lines(("Coverage", "XIXe siècle")), "XIXe siècle", Period(1800, 1899)),
    ],
)
def test_the_line_that_tells_the_date_best(metadata: Lines, text: str, period: Period | None) -> None:
    found = dating(metadata)
    assert found is not None
    assert (found.text, found.period) == (text, period)


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        lines(("Title", "Plan de 1850")),
        lines(("Date de mise en ligne", "2015")),
        lines(("Provenance", "don, 1920")),
    ],
)
def test_other_lines_tell_no_date(metadata: Lines) -> None:
    assert dating(metadata) is None


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (lines(("Lieu", "[London")), ("London",)),
        (lines(("Place", "Nottingham (printed)")), ("Nottingham",)),
        (lines(("Place", "Strasbourg (France)")), ("Strasbourg (France)",)),
        (lines(("Place", "Lieu de copie : Mayence (?)")), ("Mayence",)),
        (lines(("Place of publication", "[S.l.]")), ()),
        (lines(("Place of publication", "Berlin"), ("Place of Origin (English)", "Bobbio (?)")), ("Bobbio",)),
        (lines(("spatial", "France"), ("spatial", "Strasbourg (France)")), ("France", "Strasbourg (France)")),
        (lines(("Place of conservation", "Basel"), ("Location", "British Library"), ("Standort", "München")), ()),
        (lines(("Coverage", "San Francisco (Calif.)")), ("San Francisco (Calif.)",)),
        (lines(("Coverage", "1914-1918")), ()),
    ],
)
def test_places_are_named_without_brackets_and_remarks(metadata: Lines, expected: tuple[str, ...]) -> None:
    assert places(metadata) == expected


def test_places_are_told_in_the_language_that_is_wanted() -> None:
    metadata: Lines = [({"fr": ("Lieu",), "en": ("Place",)}, {"fr": ("Londres",), "en": ("London",)})]
    assert (places(metadata, "fr"), places(metadata, "en"), places(metadata)) == (
        ("Londres",),
        ("London",),
        ("Londres",),
    )


def test_most_real_dates_are_read(shared: Path) -> None:
    told, read = 0, 0
    for path in sorted((shared / "data/manifests/manifests").glob("v*/*.json")):
        try:
            manifest = read_document(path.read_bytes(), "https://example.org/manifest")
        except IIIFError:
            continue
        if isinstance(manifest, Manifest) and (found := dating([(one.label, one.value) for one in manifest.metadata])):
            told += 1
            read += found.period is not None
    print(json.dumps({"manifests that tell a date": told, "read": read}))  # noqa: T201
    assert told > 80
    assert told - read <= 3
