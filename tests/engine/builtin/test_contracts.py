"""What comes with snoop-flow keeps the contract that plugin authors are held to."""

from pathlib import Path

import pytest
from PIL import Image

from snoop_flow.builtin import register_backbones, register_exporters, register_index_types, register_sources
from snoop_flow.plugin_types import BackboneSpec, ExporterSpec, IndexTypeSpec
from snoop_flow.testing import check_backbone, check_exporter, check_index_type, check_source, pictures


@pytest.mark.parametrize("spec", register_backbones(), ids=lambda spec: spec.name)
def test_backbones(spec: BackboneSpec) -> None:
    check_backbone(spec)


@pytest.mark.parametrize("spec", register_index_types(), ids=lambda spec: spec.name)
def test_index_types(spec: IndexTypeSpec) -> None:
    check_index_type(spec)


@pytest.mark.parametrize("spec", register_exporters(), ids=lambda spec: spec.name)
def test_exporters(spec: ExporterSpec) -> None:
    check_exporter(spec)


def test_the_folder_source(tmp_path: Path) -> None:
    folder = tmp_path / "plans & cartes"
    (folder / "deeper").mkdir(parents=True)
    for place, picture in enumerate(pictures(4)):
        picture.save((folder if place % 2 else folder / "deeper") / f"{place}.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    Image.new("RGB", (3, 3)).save(folder / ".hidden.png")
    (tmp_path / "empty").mkdir()
    spec = next(one for one in register_sources() if one.name == "folder")
    check_source(
        spec,
        str(folder),
        foreign=("https://example.org/manifest.json", str(tmp_path / "nothing")),
        broken=(str(tmp_path / "empty"), str(tmp_path / "nothing")),
    )
