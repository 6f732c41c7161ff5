"""Models are found on this machine, or fetched from a hub, whole and checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from snoop_flow.errors import PluginError, UsageError
from snoop_torch import hub as hubs
from snoop_torch.files import TOLD, Wanted, folder_of, locate
from snoop_torch.weights import digest_of, lacking_weights, weight_files

WEIGHTS = bytes(range(256)) * 200
WANTED = Wanted(("config.json", "*.safetensors"), lacking_weights)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "PIECE", 20_000)


def _fill(hub: Any) -> None:
    hub.files = {"config.json": b"{}", "model.safetensors": WEIGHTS, "pytorch_model.bin": b"no", "README.md": b"no"}


def test_a_model_is_fetched_once_in_pieces_and_kept(hub: Any) -> None:
    _fill(hub)
    told: list[tuple[int, int]] = []
    token = TOLD.set(lambda done, total: told.append((done, total)))
    folder = locate(hub.model, WANTED)
    TOLD.reset(token)
    assert folder == folder_of(hub.model)
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors", hubs.RECORD}
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert len(hub.asked) == 1 + 3
    assert told[-1] == (len(WEIGHTS) + 2, len(WEIGHTS) + 2)
    kept = json.loads((folder / hubs.RECORD).read_text("utf-8"))
    assert (kept["model"], kept["licence"], len(kept["commit"])) == (hub.model, "cc0-1.0", 40)
    assert locate(hub.model, WANTED) == folder
    assert len(hub.asked) == 4


def test_a_broken_fetch_goes_on_where_it_ended(hub: Any) -> None:
    _fill(hub)
    hub.breaks_after = 3
    with pytest.raises(PluginError, match="cannot be fetched from") as caught:
        locate(hub.model, WANTED)
    assert f"copy its files into {folder_of(hub.model)}, which lacks model.safetensors" in str(caught.value)
    assert not (folder_of(hub.model) / "model.safetensors").exists()
    hub.breaks_after = None
    assert (locate(hub.model, WANTED) / "model.safetensors").read_bytes() == WEIGHTS
    assert hub.asked[-1] == "model.safetensors bytes=40000-51199"


def test_other_bytes_than_named_are_thrown_away(hub: Any) -> None:
    _fill(hub)
    hub.wrong_digest = True
    with pytest.raises(PluginError, match="the bytes are not those that the hub names"):
        locate(hub.model, WANTED)
    assert [path.name for path in folder_of(hub.model).iterdir()] == ["config.json"]


def test_a_hub_without_ranges_gives_the_whole(hub: Any) -> None:
    _fill(hub)
    hub.ranges = False
    assert (locate(hub.model, WANTED) / "model.safetensors").read_bytes() == WEIGHTS


def test_a_model_for_signed_in_users_says_so(hub: Any) -> None:
    hub.gated = True
    with pytest.raises(PluginError, match="accept its licence on its page and fetch it with your account"):
        locate(hub.model, WANTED)


def test_a_model_that_the_hub_does_not_have(hub: Any) -> None:
    with pytest.raises(PluginError, match=r"museum/ear is not on this machine and cannot be fetched .*not found"):
        locate("museum/ear", WANTED)


def test_a_file_name_that_leads_out_is_refused(hub: Any, tmp_path: Path) -> None:
    hub.files = {"../../out.safetensors": b"x"}
    with pytest.raises(PluginError, match="not the answer of a hub"):
        locate(hub.model, WANTED)
    assert not list(tmp_path.rglob("out.safetensors"))


def test_offline_it_says_which_files_to_put_where(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(PluginError) as caught:
        locate(hub.model, WANTED)
    assert str(caught.value) == (
        "museum/eye is not on this machine, and HF_HUB_OFFLINE forbids to fetch it; unset that, or copy its files into "
        f"{folder_of(hub.model)}, which lacks model.safetensors"
    )
    assert hub.asked == []


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, hub: Any) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(PluginError, match=r"cannot be fetched from http://127.0.0.1:9 .*or copy its files into"):
        locate(hub.model, WANTED)


def test_what_lies_in_other_places_is_found(hub: Any, tmp_path: Path) -> None:
    snapshot = tmp_path / "huggingface" / "hub" / "models--museum--eye" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").write_bytes(WEIGHTS)
    refs = snapshot.parents[1] / "refs"
    refs.mkdir()
    (refs / "main").write_text("abc", "ascii")
    assert locate("museum/eye", WANTED) == snapshot
    assert locate("museum/eye@abc", WANTED) == snapshot
    folder_of("museum/eye").mkdir(parents=True)
    (folder_of("museum/eye") / "model.safetensors").write_bytes(WEIGHTS)
    assert locate("museum/eye", WANTED) == folder_of("museum/eye")
    assert hub.asked == []


def test_what_is_neither_a_folder_nor_an_id() -> None:
    for reference in ("nothing", "./museum/eye", "a/b/c"):
        with pytest.raises(UsageError, match="there is no such folder; give the folder of a model, or its id"):
            locate(reference, WANTED)


def test_weights_in_several_files(tmp_path: Path) -> None:
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-1.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    (tmp_path / "model-1.safetensors").write_bytes(b"1")
    assert lacking_weights(tmp_path) == "model-2.safetensors"
    (tmp_path / "model-2.safetensors").write_bytes(b"2")
    assert [path.name for path in weight_files(tmp_path)] == ["model-1.safetensors", "model-2.safetensors"]
    assert len(digest_of(weight_files(tmp_path))) == 64
    (tmp_path / "model.safetensors.index.json").write_text("{}", "utf-8")
    with pytest.raises(UsageError, match="is no index of weights"):
        weight_files(tmp_path)
