"""The benchmark's own way to draw from a single photo."""

import shutil
from pathlib import Path

import numpy as np
import safetensors.torch

from benchmarks import faceid
from benchmarks.weights import SHIPPED
from tests.families.test_faceid import face_of, faces_in, random_state


def test_every_picture_is_of_the_whole_face_however_many_are_drawn(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "base", tmp_path / "base")
    (tmp_path / "adapters").mkdir()
    safetensors.torch.save_file(random_state(), tmp_path / "adapters" / "faceid.safetensors")
    pipeline = faceid.open_pipeline(tmp_path)
    face = faces_in(face_of(1))[0].numpy()

    alone, together = (
        faceid.pictures_of(pipeline, face, "woman", count, steps=1)[0].astype(int) for count in (1, 2)
    )

    assert np.abs(alone - together).max() <= 1
