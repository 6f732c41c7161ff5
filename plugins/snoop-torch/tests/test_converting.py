"""Checkpoints become safetensors; what is more than tensors is refused, unrun."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from snoop_flow.errors import UsageError
from snoop_torch.converting import convert

torch = pytest.importorskip("torch", reason="not installed: make models")


def test_tensors_are_written_anew(tmp_path: Path) -> None:
    shared = torch.arange(6.0).reshape(2, 3)
    torch.save({"state_dict": {"module.a": shared, "module.b": shared.T}}, tmp_path / "pytorch_model.bin")
    written = convert(tmp_path / "pytorch_model.bin")
    assert written.name == "model.safetensors"
    found = load_file(written)
    assert found["a"].tolist() == shared.tolist()
    assert found["b"].tolist() == shared.T.tolist()
    with pytest.raises(UsageError, match="is there already; remove it first"):
        convert(tmp_path / "pytorch_model.bin")


class Program:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_a_program_is_not_run(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(1), "b": Program(tmp_path / "ran")}, tmp_path / "evil.pt")
    (tmp_path / "raw.bin").write_bytes(pickle.dumps(Program(tmp_path / "ran")))
    for name in ("evil.pt", "raw.bin"):
        with pytest.raises(UsageError, match="nothing was run") as caught:
            convert(tmp_path / name)
        assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.pt", "raw.bin"]


def test_what_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        convert(tmp_path / "nothing.bin")
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(UsageError, match="tensors only"):
        convert(tmp_path / "list.pt")
