"""onnxruntime reports to its maker unless it is told otherwise before it is imported: whoever imports it tells it."""

import os
import subprocess
import sys

import pytest

TOLD = """
import importlib, os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "onnxruntime":
            print(os.environ.get("ORT_DISABLE_TELEMETRY"))

sys.meta_path.insert(0, Watch())
importlib.import_module(sys.argv[1])
"""


@pytest.mark.parametrize(
    "module",
    ["core.onnx_models", "core.faces", "core.eyes", "core.captioning.attributes", "pocket.recipes.crops"],
)
def test_telemetry_is_off_when_onnxruntime_is_imported(module: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}

    told = subprocess.run(
        [sys.executable, "-c", TOLD, module], env=environment, capture_output=True, text=True, check=True
    )

    assert set(told.stdout.split()) == {"1"}
