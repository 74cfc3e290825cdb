"""[faceid-ratio] The FaceID adapter in a plain diffusers pipeline: a single photo, no training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionPipeline

from benchmarks import weights
from benchmarks.bench_studio import PHOTO_SIZE, PHOTOS
from benchmarks.people import adults, face_of, faces_of, likenesses
from benchmarks.row import Row, median_interval, row
from core.artifacts import Embedding, Pixels
from core.faces import FacePack, leave_one_out
from core.generation import class_prompt
from pocket.cast import photos_of
from pocket.people import make_person

COUNT, FULL_COUNT = 20, 60
PICTURES, FULL_PICTURES = 4, 8
STEPS, GUIDANCE = 20, 2.5


@dataclass(frozen=True)
class Known:
    """How like a person the pictures from one photo are, and the photos among themselves, by the grader."""

    likenesses: list[float]
    own: float

    @property
    def ratio(self) -> float:
        """The median picture as a share of what the photos reach."""
        return median(self.likenesses) / self.own if self.likenesses else 0.0


def run(*, full: bool) -> list[Row]:
    """Grown-up people of the cast, four pictures each."""
    people = adults(FULL_COUNT if full else COUNT)
    count = FULL_PICTURES if full else PICTURES
    return measure(open_pipeline(weights.WEIGHTS), weights.shipped_pack(), weights.grader(), people, count)


def measure(
    pipeline: Any, pack: FacePack, grader: FacePack, people: Sequence[int], count: int, steps: int = STEPS
) -> list[Row]:
    """The row, of so many people and pictures each."""
    ratios = [_known(pipeline, pack, grader, seed, count, steps).ratio for seed in people]
    return [
        row("faceid-ratio", median(ratios), "ratio", least=0.60, n=len(ratios), interval=median_interval(ratios),
            peer="the photos' leave-one-out, second recogniser")
    ]  # fmt: skip


def open_pipeline(folder: Path) -> Any:
    """A base with its adapter, loaded as anybody would."""
    pipeline = StableDiffusionPipeline.from_pretrained(
        folder / "base", local_files_only=True, dtype=torch.float32
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.load_ip_adapter(
        folder / "adapters",
        subfolder="",
        weight_name="faceid.safetensors",
        image_encoder_folder=None,
        local_files_only=True,
    )
    return pipeline.to("cuda" if torch.cuda.is_available() else "cpu")


def pictures_of(pipeline: Any, face: Embedding, kind: str, count: int, steps: int) -> list[Pixels]:
    """Pictures of the person with this face, at seeds from 1 on."""
    # One for each picture: diffusers would deal the words of a single one out among them.
    embedding = torch.from_numpy(face).view(1, 1, -1).repeat(count, 1, 1).to(pipeline.device)
    pixels = pipeline(
        prompt=[class_prompt(kind)] * count,
        num_inference_steps=steps,
        guidance_scale=GUIDANCE,
        # The picture without guidance is of nobody.
        ip_adapter_image_embeds=[torch.cat([torch.zeros_like(embedding), embedding])],
        generator=[torch.Generator().manual_seed(seed) for seed in range(1, count + 1)],
        output_type="np",
    ).images
    return list(np.round(pixels * 255).astype(np.uint8))


def _known(pipeline: Any, pack: FacePack, grader: FacePack, seed: int, count: int, steps: int) -> Known:
    photos = [photo.pixels for photo in photos_of(seed, PHOTOS, PHOTO_SIZE)]
    known = faces_of(grader, photos)
    face = face_of(pack, photos[0])
    own = float(np.mean(leave_one_out(known)))
    if face is None:
        return Known([], own)
    return Known(
        likenesses(grader, pictures_of(pipeline, face, make_person(seed).kind, count, steps), known), own
    )
