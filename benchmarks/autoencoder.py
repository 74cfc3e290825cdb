"""[vae-gate] [vae-psnr] What of a person is left after the base's encoder and decoder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from benchmarks import weights
from benchmarks.people import ENROLMENT_SCENES, face_of
from benchmarks.row import Row, bootstrap, row
from core.artifacts import Pixels
from core.faces import FacePack, similarity
from pocket.cast import PEOPLE, photos_of

PEOPLE_MEASURED, FULL_PEOPLE = 20, 60
PHOTOS = 8


@dataclass(frozen=True)
class Kept:
    """Of one person: how like the other photos the originals are, how like them the copies, and the error."""

    original: float
    copy: float
    squared_error: float


def run(*, full: bool) -> list[Row]:
    """By the recogniser that filters, which the autoencoder was trained with, and by the one that grades."""
    people = PEOPLE[: FULL_PEOPLE if full else PEOPLE_MEASURED]
    return measure(weights.shipped_pack(), weights.grader(), people, PHOTOS)


def measure(pack: FacePack, grader: FacePack, people: Sequence[int], photos: int) -> list[Row]:
    """The rows, of so many people and photos each."""
    ours, graded = (_kept(each, people, photos) for each in (pack, grader))
    return [
        row("vae-gate", ratio(ours), "ratio", least=0.95, n=len(ours), interval=bootstrap(ours, ratio),
            peer="the originals' own similarity"),
        row("vae-gate-graded", ratio(graded), "ratio", n=len(graded), interval=bootstrap(graded, ratio),
            peer="the same, by the second recogniser"),
        row("vae-psnr", decibels(ours), "dB", n=len(ours), interval=bootstrap(ours, decibels)),
    ]  # fmt: skip


def ratio(kept: Sequence[Kept]) -> float:
    """The copies' similarity as a share of the originals'."""
    return float(np.mean([one.copy for one in kept]) / np.mean([one.original for one in kept]))


def decibels(kept: Sequence[Kept]) -> float:
    """The peak signal-to-noise ratio."""
    return float(10 * np.log10(255**2 / np.mean([one.squared_error for one in kept])))


def reconstructed(vae: AutoencoderKL, pictures: Sequence[Pixels]) -> list[Pixels]:
    """Pictures of one size after encoder and decoder, without noise between them."""
    copies: list[Pixels] = []
    for start in range(0, len(pictures), 8):
        pixels = torch.from_numpy(np.stack(pictures[start : start + 8])).permute(0, 3, 1, 2).float()
        with torch.no_grad():
            seen = vae.decode(vae.encode(pixels / 127.5 - 1).latent_dist.mode()).sample
        grey = ((seen.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        copies += list(grey.permute(0, 2, 3, 1).numpy())
    return copies


def open_autoencoder(folder: Path | None = None) -> AutoencoderKL:
    """The measured base's autoencoder, in single precision."""
    return AutoencoderKL.from_pretrained((folder or weights.WEIGHTS) / "base" / "vae").float().eval()


def _kept(pack: FacePack, people: Sequence[int], photos: int) -> list[Kept]:
    vae = open_autoencoder()
    kept = []
    for seed in people:
        originals = [photo.pixels for photo in photos_of(seed, photos, first_scene=ENROLMENT_SCENES)]
        copies = reconstructed(vae, originals)
        faces = [face_of(pack, pixels) for pixels in originals]
        again = [face_of(pack, pixels) for pixels in copies]
        own, theirs = [], []
        for place, (face, copy) in enumerate(zip(faces, again, strict=True)):
            others = [other for at, other in enumerate(faces) if at != place and other is not None]
            if face is not None and others:
                own.append(similarity(face, others))
                theirs.append(0.0 if copy is None else similarity(copy, others))
        error = np.mean([(a.astype(float) - b) ** 2 for a, b in zip(originals, copies, strict=True)])
        if own:
            kept.append(Kept(float(np.mean(own)), float(np.mean(theirs)), float(error)))
    return kept
