"""Gradients, texture and colour, described without any trained network."""

from snoop_flow.builtin.classical.backbone import SIDE, ClassicalBackbone
from snoop_flow.plugin_types import BackboneSpec

CLASSICAL = BackboneSpec(
    name="classical",
    title="Gradients, texture and colour at several scales; needs no download",
    dimension=ClassicalBackbone.dimension,
    input_size=2 * SIDE,
    licence="Apache-2.0",
    fingerprint=lambda: ClassicalBackbone().fingerprint,
    open=lambda device: ClassicalBackbone(),  # on the processor whatever the device: numpy has no other place
)

__all__ = ["CLASSICAL", "ClassicalBackbone"]
