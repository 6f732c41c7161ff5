"""The plugin host on real entry points: loading one by one, failures by name, duplicates refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest

from snoop_flow.diagnosis import diagnose
from snoop_flow.entities import Job, JobState
from snoop_flow.errors import PluginError
from snoop_flow.host import PluginHost
from snoop_flow.plugin_types import BackboneSpec, Finding
from snoop_flow.store.rows import now

PLUGIN = """
import click
from snoop_flow import hookimpl
from snoop_flow.plugin_types import ExporterSpec, SegmenterSpec

seen = []

@hookimpl
def register_exporters():
    return [ExporterSpec("{name}", "Title", False, lambda rows, path, context: None)]

@hookimpl
def register_segmenters():
    return [SegmenterSpec("{name}", "Title", (), lambda: None)]

@hookimpl
def register_commands(cli):
    cli.add_command(click.Command("{name}"))

@hookimpl
def launch_job(job, workspace):
    return {{"flow_run": job.id + workspace.name}}

@hookimpl
def track_event(event):
    seen.append(event)
    raise RuntimeError("a plugin's failure is not ours")
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("host_test_"):
            del sys.modules[name]


def _entry(folder: Path, module: str, text: str) -> EntryPoint:
    (folder / f"{module}.py").write_text(text, "utf-8")
    return EntryPoint(module, module, "snoop_flow")


def _builtin() -> EntryPoint:
    return EntryPoint("builtin", "snoop_flow.builtin", "snoop_flow")


def test_what_is_built_in_is_given_by_entry_point() -> None:
    host = PluginHost([_builtin()])
    assert set(host.sources) == {"bagit", "film", "folder", "iiif", "oai-pmh", "ocfl", "sru", "warc"}
    assert set(host.strategies) == {"relevant", "most-useful", "ambiguous", "discovery", "random"}
    assert set(host.exporters) == {"iiif", "iiif2", "w3c", "csv", "csv-spreadsheet", "parquet"}
    assert isinstance(host.backbone("classical"), BackboneSpec)
    assert host.failures == {}


def test_every_hook_of_a_plugin_is_called(write: Path) -> None:
    host = PluginHost([_entry(write, "host_test_a", PLUGIN.format(name="a"))])
    assert list(host.exporters) == ["a"]
    assert list(host.segmenters) == ["a"]
    group = click.Group("cli")
    host.add_commands(group)
    assert list(group.commands) == ["a"]
    job = Job("j", "embed", JobState.QUEUED, {}, 0, 0, {}, {}, "", "u", False, "", None, "", now(), None, None)
    assert host.launch(job, write) == {"flow_run": "j" + write.name}
    assert host.plugins[0].hooks == (
        "launch_job",
        "register_commands",
        "register_exporters",
        "register_segmenters",
        "track_event",
    )


def test_a_plugin_that_fails_on_an_event_is_only_logged(write: Path) -> None:
    from snoop_flow.plugin_types import Event

    host = PluginHost([_entry(write, "host_test_event", PLUGIN.format(name="a"))])
    event = Event("harvest.done", "j", "u", now(), {})
    host.track(event)
    assert sys.modules["host_test_event"].seen == [event]


def test_a_plugin_that_cannot_be_imported_is_named_and_the_rest_work(write: Path) -> None:
    broken = _entry(write, "host_test_broken", "import not_there_at_all")
    host = PluginHost([_builtin(), broken])
    assert "not_there_at_all" in host.failures["host_test_broken"]
    assert "iiif" in host.sources
    with pytest.raises(PluginError, match="not loaded: host_test_broken"):
        host.backbone("dinov2")


def test_a_misspelt_hook_is_refused_with_the_names_there_are(write: Path) -> None:
    text = "from snoop_flow import hookimpl\n@hookimpl\ndef register_backbone():\n    return []\n"
    host = PluginHost([_entry(write, "host_test_misspelt", text)])
    assert "no hook register_backbone" in host.failures["host_test_misspelt"]
    assert "register_backbones" in host.failures["host_test_misspelt"]


def test_a_duplicate_name_names_both_plugins(write: Path) -> None:
    one = _entry(write, "host_test_one", PLUGIN.format(name="same"))
    two = _entry(write, "host_test_two", PLUGIN.format(name="same"))
    host = PluginHost([one, two])
    with pytest.raises(PluginError, match="host_test_one and host_test_two both give the exporter 'same'"):
        _ = host.exporters


def test_a_location_that_no_source_reads_says_what_to_give() -> None:
    with pytest.raises(PluginError, match="http\\(s\\) address or an existing folder"):
        PluginHost([_builtin()]).source_for("ftp://example.org")


def test_a_family_wants_a_file() -> None:
    host = PluginHost()
    if "onnx" not in host.backbones:
        pytest.skip("snoop-onnx is not installed")
    with pytest.raises(PluginError, match="onnx:FILE"):
        host.backbone("onnx")


def test_doctor_tells_what_plugins_find_and_which_fail_at_it(write: Path) -> None:
    told = '{}\n@hookimpl\ndef diagnose():\n    return [Finding("a lens", False, "buy one")]\n'
    fails = '{}\n@hookimpl\ndef diagnose():\n    raise ValueError("dropped")\n'
    imports = "from snoop_flow import hookimpl\nfrom snoop_flow.plugin_types import Finding\n"
    entries = [_entry(write, f"host_test_{n}", text.format(imports)) for n, text in (("eye", told), ("hand", fails))]
    findings = {one.subject: one for one in diagnose(PluginHost(entries))}
    assert findings["a lens"] == Finding("a lens", False, "buy one")
    assert findings["plugins"].ok is False
    assert "host_test_hand: diagnose failed: ValueError: dropped" in findings["plugins"].finding
