"""What is written of real manifests, under the schema of its format, and read back by other programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymarc
import pytest
from lxml import etree

from snoop_catalogue.alto import ALTO_FILES
from snoop_catalogue.coco import COCO
from snoop_catalogue.dublin_core import DUBLIN_CORE
from snoop_catalogue.edm import EDM
from snoop_catalogue.intermarc import INTERMARC, placed
from snoop_catalogue.label_studio import LABEL_STUDIO
from snoop_catalogue.marc21 import MARC21
from snoop_catalogue.mets import METS_FILES
from snoop_catalogue.unimarc import UNIMARC
from snoop_flow.entities import Item, ItemKind
from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportRow
from snoop_flow.testing import export_context, export_rows

Exported = Callable[[ExporterSpec], Path]
Validate = Callable[[str, Any], None]


def records(path: Path) -> list[pymarc.Record]:
    found: list[pymarc.Record] = pymarc.parse_xml_to_array(str(path), strict=False)
    return found


def test_dublin_core(exported: Exported, validate: Validate, real_rows: list[ExportRow]) -> None:
    root = etree.parse(str(exported(DUBLIN_CORE))).getroot()
    assert len(root) == len({row.item.id for row in real_rows})
    for one in root:
        validate("oai-driver.xsd", one)
    assert str(root.findtext(".//{*}subject")).startswith("خريطة")


def test_marc_21(exported: Exported, validate: Validate, real_rows: list[ExportRow]) -> None:
    path = exported(MARC21)
    validate("MARC21slim.xsd", etree.parse(str(path)).getroot())
    found = records(path)
    assert sum(len(one.get_fields("655", "650", "600")) for one in found) == len(real_rows)
    for one in found:
        headings = {field["8"] for field in one.get_fields("655", "650", "600")}
        assert headings == {field["8"] for field in one.get_fields("883")}
        assert {field.indicator1 for field in one.get_fields("883")} <= {"0", "1"}
        assert all(0 <= float(field["c"]) <= 1 for field in one.get_fields("883"))
        assert len(one["008"].data or "") == 40
        one.as_marc()  # ISO 2709 holds it
    assert any("<script>" in field["a"] for one in found for field in one.get_fields("655"))


@pytest.mark.parametrize(
    ("spec", "avram", "tags"),
    [(MARC21, "marc", ("655", "883", "856", "245")), (UNIMARC, "unimarc", ("606", "608", "801", "856", "200"))],
    ids=["marcxml", "unimarc"],
)
def test_fields_are_of_the_format(
    exported: Exported, shared: Path, spec: ExporterSpec, avram: str, tags: tuple[str, ...]
) -> None:
    """Tags, indicators and subfields are known to the format's description in Avram."""
    known = json.loads((shared / "schemas" / f"avram-{avram}.json").read_text("utf-8"))["fields"]
    seen = [field for one in records(exported(spec)) for field in one.fields]
    assert set(tags) <= {field.tag for field in seen}
    for field in seen:
        rules = known[field.tag]
        if not field.control_field:
            assert {one.code for one in field.subfields} <= set(rules["subfields"]), field
            for name, value in (("indicator1", field.indicator1), ("indicator2", field.indicator2)):
                assert value in _codes(rules.get(name)), f"{name} of {field}"


def _codes(rules: dict[str, Any] | None) -> set[str]:
    return set((rules or {}).get("codes") or {" "})


def test_intermarc(exported: Exported, real_rows: list[ExportRow]) -> None:
    found = records(exported(INTERMARC))
    assert sum(len(one.get_fields("285", "641", "646", "647")) for one in found) == len(real_rows)
    assert {"641", "647", "300", "856", "245"} <= {field.tag for one in found for field in one.fields}
    assert all(one.as_marc() for one in found)


@pytest.mark.parametrize(
    ("term", "field"),
    [
        ("Cartes", "647 $a Cartes"),
        ("carte postale", "646 $a carte postale"),
        ("cartes de visite", "646 $a cartes de visite"),
        ("plan de ville", "647 $a plan de ville"),
        ("Plans d’architecture", "646 $a Plans d’architecture"),
        ("Eaux-fortes", "285 $f estampe $j Eaux-fortes"),
        ("Lithographie en couleurs", "285 $f estampe $j Lithographie en couleurs"),
        ("estampe", "285 $f estampe"),
        ("fusain", "285 $f dessin $j fusain"),
        ("héliogravure", "285 $f impression photomécanique $j héliogravure"),
        ("Daguerréotypes", "285 $f photographie $j Daguerréotypes"),
        ("photographie", "285 $f photographie"),
        ("Parchemin", "285 $g Parchemin"),
        ("papier à lettres", "646 $a papier à lettres"),
        ("Sceaux", "646 $a Sceaux"),
        ("image d'Épinal", "646 $a image d'Épinal"),
        ("Armoiries", "641 $a Armoiries"),
        ("Portraits en médaillon", "641 $a Portraits en médaillon"),
        ("Vues aériennes", "641 $a Vues aériennes"),
        ("", "641 $a "),
    ],
)
def test_terms_of_intermarc(term: str, field: str) -> None:
    tag, subfields = placed(term)
    assert " ".join([tag, *(f"${code} {text}" for code, text in subfields)]) == field


@pytest.mark.parametrize(
    ("spec", "schema"),
    [(EDM, "edm/EDM.xsd"), (ALTO_FILES, "alto/alto-4-4.xsd"), (METS_FILES, "mets/mets.xsd")],
    ids=["edm", "alto", "mets"],
)
def test_a_folder_of_files(exported: Exported, validate: Validate, spec: ExporterSpec, schema: str) -> None:
    files = sorted(exported(spec).iterdir())
    assert len(files) > 60
    for path in files:
        validate(schema, etree.parse(str(path)).getroot())


@pytest.fixture
def film_rows() -> list[ExportRow]:
    """Statements on two stretches of a film and on a box in it, and one on a picture."""
    picture, _, boxed, _ = export_rows(1, 2)
    times = ((0.0, 12.5, None), (3600.0, 3605.25, None), (20.0, 26.0, boxed.annotation.box))
    rows = []
    for number, (start, end, box) in enumerate(times, 1):
        kind = ItemKind.REGION if box else ItemKind.KEYFRAME
        selector = f"t={start:g}" + ("&xywh=10,20,300,400" if box else "")
        item = replace(picture.item, number=number, id=f"frame-{number}", kind=kind, selector=selector)
        annotation = replace(picture.annotation, time=(start, end), box=box)
        medium: dict[str, Any] = {"canvas": item.uri, "kind": "Video", "url": "https://films.example.org/7.mp4"}
        medium |= {"format": "video/mp4", "duration": 3725.0}
        rows.append(replace(picture, item=item, annotation=annotation, record=replace(picture.record, media=(medium,))))
    other = replace(picture.record, id="other")
    return [*rows, replace(picture, record=other, item=replace(picture.item, id="page"))]


def on_canvas() -> ExportContext:
    """Keyframes share the page of their canvas."""

    def page(item: Item) -> str:
        return f"https://e.org/pages/{'film' if 't=' in item.selector else item.id}"

    return replace(export_context(), page_uri=page)


def test_mets_tells_stretches_of_a_film(film_rows: list[ExportRow], validate: Validate, tmp_path: Path) -> None:
    METS_FILES.export(iter(film_rows), tmp_path, on_canvas())
    documents = [etree.parse(str(path)).getroot() for path in sorted(tmp_path.iterdir())]
    for one in documents:
        validate("mets/mets.xsd", one)
    areas = [dict(one.attrib) for root in documents for one in root.iter("{http://www.loc.gov/METS/}area")]
    times = [(one["BEGIN"], one["END"], "COORDS" in one) for one in areas if one.get("BETYPE") == "TIME"]
    expected = [("00:00:00", "00:00:12.5", False), ("01:00:00", "01:00:05.25", False), ("00:00:20", "00:00:26", True)]
    assert times == expected
    assert len(areas) == 4
    assert any(b"https://films.example.org/7.mp4" in etree.tostring(one) for one in documents)


def test_edm_knows_a_film(film_rows: list[ExportRow], validate: Validate, tmp_path: Path) -> None:
    EDM.export(iter(film_rows), tmp_path, on_canvas())
    found = {path.stem: etree.parse(str(path)).getroot() for path in tmp_path.iterdir()}
    for one in found.values():
        validate("edm/EDM.xsd", one)
    assert b"VIDEO" in etree.tostring(found["film"])
    assert found["film"].findtext(".//{*}extent") == "1:02:05"
    times = "0:00:00-0:00:12.5, 1:00:00-1:00:05.25, 0:00:20-0:00:26"
    assert str(found["film"].findtext(".//{*}description")).endswith(f": {times}")
    assert b"IMAGE" in etree.tostring(found["page"])


def test_pictures_of_a_film_are_pictures_of_their_own(film_rows: list[ExportRow], tmp_path: Path) -> None:
    COCO.export(iter(film_rows), tmp_path / "coco.json", on_canvas())
    document = json.loads((tmp_path / "coco.json").read_text("utf-8"))
    assert len(document["images"]) == 4


def test_dublin_core_knows_a_film(film_rows: list[ExportRow], validate: Validate, tmp_path: Path) -> None:
    DUBLIN_CORE.export(iter(film_rows), tmp_path / "dc.xml", on_canvas())
    text = (tmp_path / "dc.xml").read_text("utf-8")
    assert (text.count("MovingImage"), text.count("StillImage")) == (1, 1)
    assert "<dc:format>video/mp4</dc:format><dc:format>1:02:05</dc:format>" in text
    assert "0:00:00-0:00:12.5, 1:00:00-1:00:05.25" in text
    for one in etree.parse(str(tmp_path / "dc.xml")).getroot():
        validate("oai_dc.xsd", one)


def test_marc_tells_stretches_and_length_of_a_film(
    film_rows: list[ExportRow], validate: Validate, tmp_path: Path
) -> None:
    MARC21.export(iter(film_rows), tmp_path / "marc.xml", on_canvas())
    root = etree.parse(str(tmp_path / "marc.xml")).getroot()
    validate("MARC21slim.xsd", root)
    film, page = root
    assert [str(one.findtext("{*}leader"))[6] for one in (film, page)] == ["g", "k"]
    fixed = [next(one.text or "" for one in record if one.get("tag") == "008") for record in (film, page)]
    assert [(len(one), one[18:21], one[33]) for one in fixed] == [(40, "063", "v"), (40, "|||", "|")]

    def told(tag: str, code: str) -> list[str | None]:
        return [field.findtext(f"{{*}}subfield[@code='{code}']") for field in film if field.get("tag") == tag]

    assert told("306", "a") == ["010205"]
    assert told("856", "3") == ["0:00:00-0:00:12.5", "1:00:00-1:00:05.25", "0:00:20-0:00:26", "IIIF manifest"]
    assert [str(one).rpartition("#")[2] for one in told("856", "u")[:3]] == ["t=0,12.5", "t=3600,3605.25", "t=20,26"]


def test_alto_says_what_it_leaves_out(film_rows: list[ExportRow], tmp_path: Path) -> None:
    report = ALTO_FILES.export(iter(film_rows), tmp_path, on_canvas())
    assert ([Path(one).name for one in report.files], report.records) == (["page.xml"], 1)
    assert report.left_out.startswith("Left out: 3 on films. ALTO describes pages")
    with pytest.raises(UsageError, match="all 3 statements are on films"):
        ALTO_FILES.export(iter(film_rows[:3]), tmp_path / "none", on_canvas())


def test_edm_tells_software_from_persons(exported: Exported) -> None:
    path = sorted(exported(EDM).iterdir())[0]
    subjects = etree.parse(str(path)).getroot().findall(".//{*}subject")
    edm = "{http://www.europeana.eu/schemas/edm/}"
    assert {one.get(f"{edm}wasGeneratedBy") for one in subjects} == {"SoftwareAgent"}
    assert all(0 <= float(str(one.get(f"{edm}confidenceLevel"))) <= 1 for one in subjects)


def test_coco(exported: Exported, real_rows: list[ExportRow]) -> None:
    found = json.loads(exported(COCO).read_text("utf-8"))
    assert len(found["annotations"]) == len(real_rows)
    images = {one["id"]: one for one in found["images"]}
    assert len(images) == len({row.item.id for row in real_rows})
    assert {one["category_id"] for one in found["annotations"]} == {one["id"] for one in found["categories"]}
    by_id = {row.annotation.id: row for row in real_rows}
    for one in found["annotations"]:
        row = by_id[one["annotation"]]
        assert images[one["image_id"]]["canvas"] == row.item.uri
        if row.annotation.box:
            assert tuple(one["bbox"]) == row.annotation.box


def test_label_studio(exported: Exported, real_rows: list[ExportRow]) -> None:
    tasks = json.loads(exported(LABEL_STUDIO).read_text("utf-8"))
    given = [one for task in tasks for kind in ("annotations", "predictions") for one in task.get(kind, [])]
    results = [result for one in given for result in one["result"]]
    assert len(results) == len(real_rows)
    assert {one["type"] for one in results} == {"rectanglelabels", "choices"}
    by_id = {row.annotation.id: row for row in real_rows}
    for one in results:
        row = by_id[one["id"]]
        if row.annotation.box and row.item.width:
            assert one["value"]["x"] * row.item.width / 100 == pytest.approx(row.annotation.box[0], abs=0.5)
