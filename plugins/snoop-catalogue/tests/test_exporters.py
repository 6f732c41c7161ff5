"""Every exporter keeps the contract, and what it writes satisfies the schema of its format."""

from __future__ import annotations

import pytest

from snoop_catalogue.plugin import EXPORTERS
from snoop_flow.host import PluginHost
from snoop_flow.plugin_types import ExporterSpec
from snoop_flow.testing import check_exporter


def test_all_are_found_by_entry_point() -> None:
    host = PluginHost()
    assert host.failures == {}
    assert {one.name for one in EXPORTERS} <= set(host.exporters)


@pytest.mark.parametrize("spec", EXPORTERS, ids=lambda spec: spec.name)
def test_the_contract(spec: ExporterSpec) -> None:
    check_exporter(spec)
