"""From a picture to vectors of boxes: tiles give one grid, whatever is looked at first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from snoop_flow import Workspace
from snoop_flow.errors import PluginError
from snoop_flow.regions.describing import Cropped, Describer, Patched, Tiling

WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]])


def _describer(workspace: Workspace, cells: int) -> Describer:
    spec = workspace.backbone_spec("colours")
    return Describer(spec, workspace.open_backbone(spec), cells)


def _picture() -> Image.Image:
    """Grey, with a red quarter at the bottom right."""
    picture = Image.new("RGB", (120, 80), (128, 128, 128))
    picture.paste((255, 0, 0), (60, 40, 120, 80))
    return picture


@pytest.mark.parametrize(("cells", "size"), [(3, (4, 4)), (4, (4, 4)), (6, (4, 6)), (24, (16, 24))])
def test_a_grid_has_the_cells_that_are_wanted(workspace: Workspace, cells: int, size: tuple[int, int]) -> None:
    described = _describer(workspace, cells).describe(_picture())
    assert isinstance(described, Patched)
    assert described.grid.cells.shape == (*size, 6)
    np.testing.assert_allclose(np.linalg.norm(described.grid.cells, axis=2), 1, atol=1e-5)


def test_each_cell_shows_its_own_place(workspace: Workspace) -> None:
    described = _describer(workspace, 24).describe(_picture())
    grey, red = described.vectors(np.array([[0.1, 0.1, 0.2, 0.2], [0.7, 0.7, 0.2, 0.2]]))
    assert red[0] > 2 * red[1]
    np.testing.assert_allclose(grey[:3], grey[3:], atol=0.02)


def test_what_is_looked_at_first_changes_nothing(workspace: Workspace) -> None:
    boxes = np.random.default_rng(5).random((20, 4)) * [0.7, 0.7, 0.3, 0.3]
    picture = Image.effect_noise((90, 120), 90).convert("RGB")
    at_once = _describer(workspace, 24).describe(picture).vectors(boxes)
    one_by_one = _describer(workspace, 24).describe(picture)
    for box, vector in zip(boxes, at_once, strict=True):
        np.testing.assert_allclose(one_by_one.vectors(box[None])[0], vector, atol=1e-5)


def test_only_the_tiles_under_a_box_are_looked_at() -> None:
    tiling = Tiling((16, 24), (4, 4), (8, 8))
    assert len(tiling.under(WHOLE)) == len(tiling.places)
    under = tiling.under(np.array([[0.0, 0.0, 0.05, 0.05]]))
    assert under == [(0, 0)]
    seen = np.zeros((16, 24), int)
    for y, x in tiling.places:
        seen[y : y + 4, x : x + 4] += 1
    assert seen.min() >= 1


def test_a_crop_is_embedded_as_an_image_of_its_own(workspace: Workspace) -> None:
    described = _describer(workspace, 0).describe(_picture())
    assert isinstance(described, Cropped)
    backbone = workspace.open_backbone(workspace.backbone_spec("colours"))
    expected = backbone.embed_images([_picture().crop((60, 40, 120, 80))])[0]
    np.testing.assert_allclose(described.vectors(np.array([[0.5, 0.5, 0.5, 0.5]]))[0], expected, atol=1e-6)
    assert described.vectors(np.array([[0.999, 0.999, 0.0001, 0.0001]])).shape == (1, 6)


def test_pictures_of_any_shape_are_described(workspace: Workspace) -> None:
    for size in ((1, 1), (3000, 2), (2, 3000), (17, 33)):
        for cells in (0, 4, 24):
            vectors = _describer(workspace, cells).describe(Image.new("L", size, 99)).vectors(WHOLE)
            np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_backbone_that_does_not_do_as_it_says_is_named(workspace: Workspace) -> None:
    good = _describer(workspace, 24)
    lying = replace(good, spec=replace(good.spec, patch_grid=(3, 3)))
    with pytest.raises(PluginError, match=r"colours gave patches of shape .* not \(\d+, 3, 3, 6\)"):
        lying.describe(_picture()).vectors(WHOLE)
    blind = replace(good, backbone=workspace.open_backbone(workspace.backbone_spec("classical")))
    with pytest.raises(PluginError, match="says that it sees patches, but gives none"):
        blind.describe(_picture()).vectors(WHOLE)
    with pytest.raises(PluginError, match="gives no patches any more"):
        replace(good, spec=replace(good.spec, patch_grid=None)).describe(_picture())
