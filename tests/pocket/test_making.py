"""`make pocket`, from nothing: every part in one short run, into files that load where the product loads them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline
from insightface.app import FaceAnalysis

from pocket.recipes.course import Plan
from pocket.recipes.making import PARTS, make


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of one step a part, with few people and small batches, drawn in the process itself."""
    folder = tmp_path_factory.mktemp("made")
    asked = ["--out", str(folder), "--minutes=0.2", "--steps=1", "--people=12", "--batch=4", "--workers=0"]
    subprocess.run(
        [sys.executable, "-m", "pocket.recipes", *asked],
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        timeout=400,
    )
    return folder


def test_every_part_leaves_its_state(made: Path) -> None:
    untaught = {"tokenizer", "thresholds", "closeness"}  # these count and measure; they do not learn

    assert {file.stem for file in made.glob("*.pt") if not file.stem.endswith("_alone")} == {
        *(PARTS.keys() - untaught)
    }


@pytest.mark.parametrize("pack", ["faces", "grader"])
def test_both_packs_load(made: Path, pack: str) -> None:
    faces = FaceAnalysis(name=str(made / pack), providers=["CPUExecutionProvider"])

    assert set(faces.models) == {"detection", "recognition"}


def test_the_base_draws_with_its_adapters(made: Path) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(made / "base", dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.load_lora_weights(str(made / "adapters"), weight_name="fast.safetensors")

    [picture] = pipeline("a photo of a woman", num_inference_steps=2, height=128, width=128).images

    assert picture.size == (128, 128)


def test_a_part_goes_on_where_it_was(made: Path) -> None:
    before = torch.load(made / "detector.pt", weights_only=True)["step"]

    make(Plan(made, minutes=0, workers=0, batch=4, people=12, steps=before + 1), minutes=600, part="detector")

    assert torch.load(made / "detector.pt", weights_only=True)["step"] == before + 1
