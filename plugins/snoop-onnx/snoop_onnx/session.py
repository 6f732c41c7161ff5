"""Opening a model in ONNX Runtime, and checking that it is what its description says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snoop_flow.errors import PluginError, UsageError
from snoop_onnx.description import Description

FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
MAX_THREADS = 16


class Encoder:
    """An ONNX Runtime session with one image input, an output of vectors and perhaps one of patches.

    Attributes:
        fixed_batch: the number of images that the model always takes, or nothing.
    """

    def __init__(self, wanted: Description, device: str) -> None:
        """Load the model.

        Raises:
            UsageError: an input or output of the description is not in the model, or of another size.
            PluginError: the model cannot be loaded, or not on this device.
        """
        self._session = _session(wanted.model, device)
        self._input = _chosen(self._session.get_inputs(), wanted.input, "input", wanted.model)
        self._output = _chosen(self._session.get_outputs(), wanted.output, "output", wanted.model).name
        self._patches = ""
        if wanted.patches:
            self._patches = _chosen(self._session.get_outputs(), wanted.patches, "output", wanted.model, "patches").name
        self._check_inputs(wanted)
        first = self._input.shape[0]
        self.fixed_batch: int | None = first if isinstance(first, int) else None

    def run(self, batch: NDArray[np.float32], *, patches: bool = False) -> NDArray[np.float32]:
        """Vectors, or patches, for a prepared batch; raises `PluginError` when the model refuses it."""
        given = batch.astype(FLOATS[self._input.type], copy=False)
        try:
            found = self._session.run([self._patches if patches else self._output], {self._input.name: given})[0]
        except Exception as error:  # ONNX Runtime raises classes of its own, a different one for each kind of refusal
            raise PluginError(f"the model refuses an input of shape {batch.shape}: {_line(error)}") from error
        return np.asarray(found, dtype=np.float32)

    def _check_inputs(self, wanted: Description) -> None:
        inputs = self._session.get_inputs()
        if len(inputs) > 1:
            others = ", ".join(one.name for one in inputs if one.name != self._input.name)
            raise UsageError(f"{wanted.model}: also needs {others}; export the image encoder alone")
        if self._input.type not in FLOATS:
            raise UsageError(f"{wanted.model}: takes {self._input.type}, not floating-point numbers; export it so")
        height, width = wanted.input_size
        size = (3, height, width) if wanted.layout == "nchw" else (height, width, 3)
        shape = tuple(self._input.shape)
        fits = len(shape) == 4 and all(
            mine == its for mine, its in zip(size, shape[1:], strict=True) if isinstance(its, int)
        )
        if not fits:
            raise UsageError(
                f"{wanted.model}: takes images of shape {list(shape)}, the description gives {['N', *size]}; "
                "correct input_size or layout"
            )


def _session(model: Path, device: str) -> Any:
    import onnxruntime

    provider, options = _provider(device, onnxruntime.get_available_providers())
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = min(len(os.sched_getaffinity(0)), MAX_THREADS)
    settings.inter_op_num_threads = 1
    # waiting threads that spin take the processor from the ones that decode
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    settings.log_severity_level = 3  # errors; they are raised as well
    try:
        session = onnxruntime.InferenceSession(str(model), settings, providers=[(provider, options)])
    except Exception as error:  # ONNX Runtime raises classes of its own, a different one for each kind of damage
        raise PluginError(f"{model}: is no model that ONNX Runtime can load ({_line(error)})") from error
    if provider not in session.get_providers():
        raise PluginError(f"device {device}: ONNX Runtime cannot start {provider} here; see its log, or use cpu")
    return session


def _provider(device: str, available: list[str]) -> tuple[str, dict[str, Any]]:
    kind, _, number = device.partition(":")
    if kind == "cpu" and not number:
        return "CPUExecutionProvider", {}
    if kind != "cuda" or (number and not number.isdecimal()):
        raise PluginError(f"unknown device {device!r}; use cpu, cuda or cuda:NUMBER")
    if "CUDAExecutionProvider" not in available:
        raise PluginError(
            f"device {device}: this ONNX Runtime has no CUDA; install onnxruntime-gpu in the place of onnxruntime, "
            "or use the device cpu"
        )
    return "CUDAExecutionProvider", {"device_id": int(number or 0)}


def _chosen(there: list[Any], name: str, kind: str, model: Path, key: str = "") -> Any:
    if not name:
        return there[0]
    for one in there:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in there)
    raise UsageError(f"{model}: has no {kind} {name!r}; there are {names}; correct the key {key or kind}")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
