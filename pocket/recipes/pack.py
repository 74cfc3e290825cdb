"""The face pack's manifest, in insightface's second version: what each model is for, and its checksum."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Final

MODELS: Final = {"detection": "detector.onnx", "recognition": "recogniser.onnx"}
_LICENCE: Final = Path(__file__).parents[1] / "weights" / "LICENSE"


def write_manifest(folder: Path) -> None:
    """Write `manifest.json` for those of the two models that the folder holds, and the licence it names."""
    tasks = {
        task: {"file": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
        for task, name in MODELS.items()
        if (folder / name).exists()
    }
    manifest = {
        "manifest_version": 2,
        "model_id": f"pocket-{folder.name}",
        "display_name": "Pocket faces (drawn people only)",
        "license": "MODEL.LICENSE",
        "tasks": tasks,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    shutil.copyfile(_LICENCE, folder / "MODEL.LICENSE")
