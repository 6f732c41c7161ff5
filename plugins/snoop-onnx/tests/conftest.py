import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Dims = Sequence[int | str]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real weights and images, outside the project."""
    given = os.environ.get("SNOOP_FLOW_TEST_DATA")
    folder = (Path(given) if given else Path(__file__).resolve().parents[4] / "shared") / "data"
    if not (folder / "weights").is_dir():
        pytest.skip(f"no weights in {folder}; set SNOOP_FLOW_TEST_DATA to the folder that holds data/")
    return folder


@pytest.fixture
def describe(tmp_path: Path) -> Callable[..., Path]:
    """Write a description; values as they stand in TOML."""

    def write(name: str = "encoder", **values: str) -> Path:
        path = tmp_path / f"{name}.toml"
        path.write_text("".join(f"{key} = {value}\n" for key, value in values.items()), "utf-8")
        return path

    return write


# --- a model of one node -----------------------------------------------------------------------------------------


@pytest.fixture
def write_model(tmp_path: Path) -> Callable[..., Path]:
    """Write a real ONNX file that applies one operator: the average colour, for instance, is a vector of three."""

    def write(
        operator: str = "GlobalAveragePool",
        inputs: dict[str, Dims] | None = None,
        output: Dims = ("N", 3, 1, 1),
        kind: int = 1,
        name: str = "encoder",
    ) -> Path:
        taken = inputs or {"image": ("N", 3, 8, 8)}
        path = tmp_path / f"{name}.onnx"
        path.write_bytes(_model(operator, taken, output, kind))
        return path

    return write


def _model(operator: str, inputs: dict[str, Dims], output: Dims, kind: int) -> bytes:
    """Protocol buffers by hand, after onnx.proto: 8 = opset_import, 7 = graph, 1 = node, 11 and 12 = values."""
    node = b"".join(_bytes(1, name.encode()) for name in inputs) + _bytes(2, b"vector") + _bytes(4, operator.encode())
    graph = _bytes(1, node) + _bytes(2, b"g")
    graph += b"".join(_bytes(11, _value(name, dims, kind)) for name, dims in inputs.items())
    graph += _bytes(12, _value("vector", output, kind))
    return _number(1, 8) + _bytes(8, _bytes(1, b"") + _number(2, 13)) + _bytes(7, graph)


def _value(name: str, dims: Dims, kind: int) -> bytes:
    shape = b"".join(_bytes(1, _number(1, dim) if isinstance(dim, int) else _bytes(2, dim.encode())) for dim in dims)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    low, high = value & 0x7F, value >> 7
    return bytes([low]) if not high else bytes([low | 0x80]) + _varint(high)
