"""The teacher, MobileNetV2 in ONNX: what it makes of a picture on its way, and in the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

# Where its stages end, by name in the exported graph: channels, and how much smaller than the picture the map is.
STAGES = {"n10": (24, 4), "n21": (32, 8), "n36": (64, 16), "n47": (96, 16), "n58": (160, 32), "n61": (320, 32)}
DIMENSION = 1280

FloatArray = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class Teacher:
    """Runs on one thread and on pictures of any size; its intermediate maps become outputs of the graph."""

    def __init__(self, path: Path) -> None:
        model = onnx.load(str(path))
        for size in model.graph.input[0].type.tensor_type.shape.dim[2:]:
            size.dim_param = "side"
        del model.graph.value_info[:]
        kept = [one for one in model.graph.output if one.name == "embedding"]
        del model.graph.output[:]
        model.graph.output.extend(kept)
        for name, (channels, _) in STAGES.items():
            shape = ["N", channels, f"{name}_side", f"{name}_side"]
            model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model.SerializeToString(), options)

    def vectors(self, pictures: Sequence[Pixels]) -> FloatArray:
        """(n, 1280) vectors of unit length. One by one is faster than a batch on one core."""
        found = [self._session.run(["embedding"], {"input": _prepared(picture)})[0] for picture in pictures]
        vectors = np.concatenate(found)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def maps(self, pictures: Sequence[Pixels]) -> list[FloatArray]:
        """The maps of each stage, (n, channels, side, side)."""
        found = [self._session.run(list(STAGES), {"input": _prepared(picture)}) for picture in pictures]
        return [np.concatenate(one) for one in zip(*found, strict=True)]


def _prepared(picture: Pixels) -> FloatArray:
    return (picture.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
