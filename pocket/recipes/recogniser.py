"""The face recogniser, in ArcFace's format (Deng et al., 2019): 112 pixels square to 512 numbers.

Input RGB (x - 127.5) / 127.5. Beside telling people apart it learns to reveal what their faces are made of,
which carries over to people it has never seen. It learns from the crops that the trained detector leads to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pocket.canvas import Pixels
from pocket.people import make_person
from pocket.recipes.course import Course, Plan, export_onnx, one_cycle, plan_from_command_line, set_rate
from pocket.recipes.crops import SIDE, appearance, crop
from pocket.recipes.pack import write_manifest
from pocket.recipes.photos import Shelf, drawn

_NUMBERS = 512
_PEOPLE = 8000
_SCALE = 24.0
_MARGIN = 0.3
# An embedding of length 1 has entries of about 1 / 22.6; the revealing layer wants them around 1.
_SPREAD = 22.6
# Crops drawn anew for each step.
_FRESH = 20


@dataclass(frozen=True)
class Design:
    """What makes one recogniser another than the next.

    `side` is the aligned crop's in pixels, as insightface aligns it: of 128 it shows more beside the face than
    of 112. `inner` is what the crop is scaled to before anything else. `folder` is the pack it belongs to.
    """

    name: str
    folder: str
    widths: tuple[int, int, int, int]
    seed: int
    side: int
    inner: int


SHIPPED: Final = Design("recogniser", "faces", (16, 32, 64, 96), seed=0, side=SIDE, inner=SIDE)


class Block(nn.Module):
    """Two convolutions around a shortcut."""

    def __init__(self, inner: int, outer: int, stride: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(inner, outer, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outer),
            nn.PReLU(outer),
            nn.Conv2d(outer, outer, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outer),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or inner != outer:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer)
            )

    def forward(self, features: Tensor) -> Tensor:
        """Return the features, deeper by one block."""
        deeper: Tensor = self.path(features) + self.shortcut(features)
        return deeper


class Recogniser(nn.Module):
    """Six residual blocks and a depthwise layer over what they leave; 0.5 million parameters as shipped."""

    def __init__(self, design: Design = SHIPPED) -> None:
        super().__init__()
        first, second, third, last = design.widths
        self._inner = None if design.inner == design.side else design.inner
        self.stem = nn.Sequential(
            nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.PReLU(first)
        )
        self.blocks = nn.ModuleList(
            [
                Block(first, second, 2),
                Block(second, second, 1),
                Block(second, third, 2),
                Block(third, third, 1),
                Block(third, last, 2),
                Block(last, last, 1),
            ]
        )
        left = design.inner // 16
        self.whole = nn.Sequential(nn.Conv2d(last, last, left, groups=last, bias=False), nn.BatchNorm2d(last))
        self.numbers = nn.Sequential(nn.Linear(last, _NUMBERS, bias=False), nn.BatchNorm1d(_NUMBERS))

    def features(self, faces: Tensor) -> list[Tensor]:
        """Return what each block sees, shallowest first."""
        if self._inner is not None:
            faces = functional.interpolate(
                faces, size=(self._inner, self._inner), mode="bilinear", align_corners=False
            )
        level: Tensor = self.stem(faces)
        seen = []
        for block in self.blocks:
            level = block(level)
            seen.append(level)
        return seen

    def forward(self, faces: Tensor) -> Tensor:
        """Return embeddings (batch, 512), of any length."""
        embedding: Tensor = self.numbers(self.whole(self.features(faces)[-1]).flatten(1))
        return embedding


class Lesson(nn.Module):
    """The recogniser with what only training needs: a direction for every person, and the revealing layer."""

    def __init__(self, people: int, traits: int, design: Design) -> None:
        super().__init__()
        self.recogniser = Recogniser(design)
        self.directions = nn.Parameter(torch.randn(people, _NUMBERS) * 0.01)
        self.reveal = nn.Linear(_NUMBERS, traits)

    def loss(self, embedding: Tensor, seeds: Tensor, traits: Tensor, margin: float) -> Tensor:
        """Return ArcFace's loss with an additive angular margin, plus how badly the traits are revealed."""
        embedding = functional.normalize(embedding)
        cosines = embedding @ functional.normalize(self.directions).T
        right = cosines.gather(1, seeds[:, None]).clamp(-1 + 1e-6, 1 - 1e-6)
        harder = cosines.scatter(1, seeds[:, None], torch.cos(torch.acos(right) + margin))
        revealed = functional.mse_loss(self.reveal(embedding * _SPREAD), traits)
        return functional.cross_entropy(_SCALE * harder, seeds) + 2 * revealed


def train(plan: Plan) -> None:
    """Train within the plan and write `faces/recogniser.onnx`; the trained detector finds the faces.

    Raises FileNotFoundError without a detector.
    """
    train_design(plan, SHIPPED)


def train_design(plan: Plan, design: Design) -> None:
    """Train a recogniser of this design within the plan and write it into its pack's folder."""
    detector = plan.faces / "detector.onnx"
    if not detector.exists():
        raise FileNotFoundError(f"{detector} is missing: train pocket.recipes.detector first")
    torch.manual_seed(design.seed)
    people = plan.people or _PEOPLE
    traits = _standard_traits(people).to(plan.device)
    lesson = Lesson(people, traits.shape[1], design).to(plan.device)
    optimizer = torch.optim.AdamW(lesson.parameters(), 3e-3, weight_decay=1e-3, fused=True)
    course = Course(design.name, plan, {"lesson": lesson, "optimizer": optimizer})
    batch = plan.batch or 64
    with _shelf_of_faces(plan, design, course.step, batch) as shelf:
        for share in course:
            set_rate(optimizer, one_cycle(share, 3e-3))
            samples = shelf.batch(batch, course.random)
            faces = torch.stack([torch.from_numpy(face) for face, _ in samples])
            seeds = torch.tensor([seed for _, seed in samples], device=plan.device)
            varied = _varied(faces, course).to(plan.device)
            with plan.half_precision():
                embedding = lesson.recogniser(varied)
            loss = lesson.loss(embedding.float(), seeds, traits[seeds], _MARGIN * min(1, share / 0.5))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            course.note(loss=loss.item())
    trained = lesson.recogniser.cpu()
    torch.save(trained.state_dict(), plan.out / f"{design.name}_alone.pt")
    folder = plan.out / design.folder
    dynamic = {"input.1": {0: "N"}, "embedding": {0: "N"}}
    example = torch.zeros(1, 3, design.side, design.side)
    export_onnx(trained, example, folder / "recogniser.onnx", ["embedding"], dynamic)
    write_manifest(folder)


@contextmanager
def _shelf_of_faces(plan: Plan, design: Design, step: int, batch: int) -> Iterator[Shelf[tuple[Pixels, int]]]:
    fresh = min(_FRESH, batch)
    # Another seed is shown other photos of the same people.
    first = step * fresh + design.seed * 10**7
    draw_one = partial(
        crop, people=plan.people or _PEOPLE, detector=plan.faces / "detector.onnx", side=design.side
    )
    with drawn(draw_one, plan.workers, first=first) as stream:
        yield Shelf(stream, room=24_000, fresh=fresh, at_first=4 * batch)


def _standard_traits(people: int) -> Tensor:
    rows = np.stack([appearance(make_person(seed)) for seed in range(people)])
    return torch.from_numpy((rows - rows.mean(0)) / (rows.std(0) + 1e-3))


def _varied(faces: Tensor, course: Course) -> Tensor:
    """Return faces (batch, side, side, 3) as input: mirrored, tinted, and by turns coarser or grainier."""
    noise, count, whole = course.noise, len(faces), faces.shape[1]
    inputs = (faces.permute(0, 3, 1, 2).float() - 127.5) / 127.5
    mirror = torch.rand(count, 1, 1, 1, generator=noise) < 0.5
    inputs = torch.where(mirror, inputs.flip(3), inputs)
    inputs = inputs * (1 + 0.15 * torch.randn(count, 1, 1, 1, generator=noise))
    inputs = inputs + 0.05 * torch.randn(count, 3, 1, 1, generator=noise)
    if course.step % 2:
        side = int(course.random.integers(28, whole))
        small = functional.interpolate(inputs, size=side, mode="bilinear", antialias=True)
        inputs = functional.interpolate(small, size=whole, mode="bilinear")
    if course.step % 3 == 0:
        grain = torch.randn(inputs.shape, generator=noise) * torch.rand(count, 1, 1, 1, generator=noise)
        inputs = inputs + 0.08 * grain
    return inputs


if __name__ == "__main__":
    train(plan_from_command_line("Train the face recogniser."))
