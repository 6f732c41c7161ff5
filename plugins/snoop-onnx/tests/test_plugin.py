import subprocess
import sys

from snoop_flow.plugin_types import BackboneFamily
from snoop_onnx import plugin


def test_the_family_is_given() -> None:
    assert [(type(one), one.name) for one in plugin.register_backbones()] == [(BackboneFamily, "onnx")]


def test_listing_plugins_loads_no_runtime() -> None:
    code = "import sys, snoop_onnx.plugin as p; p.register_backbones(); print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
