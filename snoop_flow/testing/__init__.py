"""Contract suites for plugin authors, in the spirit of scikit-learn's `check_estimator`.

Each function runs what the engine relies on against your spec and raises `AssertionError` with one clear line at the
first thing that does not hold. A plugin's own test is then one line:

    from snoop_flow.testing import check_index_type
    from my_plugin import MY_INDEX

    def test_keeps_the_contract() -> None:
        check_index_type(MY_INDEX)

Only arrays, drawn pictures and made-up records are used: no network, no other plugin, no workspace.
"""

from snoop_flow.testing.backbones import check_backbone
from snoop_flow.testing.exporters import check_exporter
from snoop_flow.testing.index_types import check_index_type
from snoop_flow.testing.pictures import pictures
from snoop_flow.testing.rows import export_context, export_rows
from snoop_flow.testing.schemas import read_schema
from snoop_flow.testing.segmenters import Pictures, check_segmenter
from snoop_flow.testing.sources import Documents, check_source
from snoop_flow.testing.views import ArrayView, class_vectors

__all__ = [
    "ArrayView",
    "Documents",
    "Pictures",
    "check_backbone",
    "check_exporter",
    "check_index_type",
    "check_segmenter",
    "check_source",
    "class_vectors",
    "export_context",
    "export_rows",
    "pictures",
    "read_schema",
]
