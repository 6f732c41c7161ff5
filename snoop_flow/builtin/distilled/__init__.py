"""The default backbone: a small network of the project's own beside the classical descriptor; no download, no torch.

`tools/train_default_backbone` trained its weights; docs/explanation/default-backbone.md says on what and how well.
"""

from snoop_flow.builtin.distilled.backbone import DIMENSION, SIDE, DistilledBackbone, fingerprint
from snoop_flow.plugin_types import BackboneSpec

DISTILLED = BackboneSpec(
    name="distilled",
    title="A small network of our own beside gradients, texture and colour; needs no download",
    dimension=DIMENSION,
    input_size=3 * SIDE // 2,
    licence="Apache-2.0",
    fingerprint=fingerprint,
    open=lambda device: DistilledBackbone(),
)

__all__ = ["DISTILLED", "DistilledBackbone"]
