"""The face recogniser, in ArcFace's format (Deng et al., 2019): 112 pixels square to 512 numbers.

Input RGB (x - 127.5) / 127.5. Beside telling people apart it learns to reveal what their faces are made of,
which carries over to people it has never seen.
"""

from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pocket.people import make_person
from pocket.recipes.course import Course, Plan, export_onnx, one_cycle, plan_from_command_line, set_rate
from pocket.recipes.crops import SIDE, appearance, crop
from pocket.recipes.pack import write_manifest
from pocket.recipes.photos import Shelf, drawn

_WIDTHS = (16, 32, 64, 96)
_NUMBERS = 512
_PEOPLE = 4500
_SCALE = 24.0
_MARGIN = 0.3
# An embedding of length 1 has entries of about 1 / 22.6; the revealing layer wants them around 1.
_SPREAD = 22.6


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
    """Six residual blocks and a depthwise layer over what they leave; 0.5 million parameters."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third, last = _WIDTHS
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
        self.whole = nn.Sequential(nn.Conv2d(last, last, 7, groups=last, bias=False), nn.BatchNorm2d(last))
        self.numbers = nn.Sequential(nn.Linear(last, _NUMBERS, bias=False), nn.BatchNorm1d(_NUMBERS))

    def features(self, faces: Tensor) -> list[Tensor]:
        """Return what each block sees, shallowest first."""
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

    def __init__(self, people: int, traits: int) -> None:
        super().__init__()
        self.recogniser = Recogniser()
        self.directions = nn.Parameter(torch.randn(people, _NUMBERS) * 0.01)
        self.reveal = nn.Linear(_NUMBERS, traits)

    def loss(self, faces: Tensor, seeds: Tensor, traits: Tensor, margin: float) -> Tensor:
        """Return ArcFace's loss with an additive angular margin, plus how badly the traits are revealed."""
        embedding = functional.normalize(self.recogniser(faces))
        cosines = embedding @ functional.normalize(self.directions).T
        right = cosines.gather(1, seeds[:, None]).clamp(-1 + 1e-6, 1 - 1e-6)
        harder = cosines.scatter(1, seeds[:, None], torch.cos(torch.acos(right) + margin))
        revealed = functional.mse_loss(self.reveal(embedding * _SPREAD), traits)
        return functional.cross_entropy(_SCALE * harder, seeds) + 2 * revealed


def train(plan: Plan) -> None:
    """Train within the plan and write `faces/recogniser.onnx`."""
    torch.manual_seed(0)
    people = plan.people or _PEOPLE
    traits = _standard_traits(people)
    lesson = Lesson(people, traits.shape[1])
    optimizer = torch.optim.AdamW(lesson.parameters(), 3e-3, weight_decay=1e-3)
    course = Course("recogniser", plan, {"lesson": lesson, "optimizer": optimizer})
    batch = plan.batch or 64
    with drawn(partial(crop, people=people), plan.workers, first=course.step * 24) as stream:
        shelf = Shelf(stream, room=12_000, fresh=min(24, batch), at_first=4 * batch)
        for share in course:
            set_rate(optimizer, one_cycle(share, 3e-3))
            samples = shelf.batch(batch, course.random)
            faces = torch.stack([torch.from_numpy(face) for face, _ in samples])
            seeds = torch.tensor([seed for _, seed in samples])
            varied = _varied(faces, course)
            loss = lesson.loss(varied, seeds, traits[seeds], _MARGIN * min(1, share / 0.5))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            course.note(loss=loss.item())
    torch.save(lesson.recogniser.state_dict(), plan.out / "recogniser_alone.pt")
    dynamic = {"input.1": {0: "N"}, "embedding": {0: "N"}}
    example = torch.zeros(1, 3, SIDE, SIDE)
    export_onnx(lesson.recogniser, example, plan.faces / "recogniser.onnx", ["embedding"], dynamic)
    write_manifest(plan.faces)


def _standard_traits(people: int) -> Tensor:
    rows = np.stack([appearance(make_person(seed)) for seed in range(people)])
    return torch.from_numpy((rows - rows.mean(0)) / (rows.std(0) + 1e-3))


def _varied(faces: Tensor, course: Course) -> Tensor:
    """Return faces (batch, 112, 112, 3) as input: mirrored, tinted, and by turns coarser or grainier."""
    noise, count = course.noise, len(faces)
    inputs = (faces.permute(0, 3, 1, 2).float() - 127.5) / 127.5
    mirror = torch.rand(count, 1, 1, 1, generator=noise) < 0.5
    inputs = torch.where(mirror, inputs.flip(3), inputs)
    inputs = inputs * (1 + 0.15 * torch.randn(count, 1, 1, 1, generator=noise))
    inputs = inputs + 0.05 * torch.randn(count, 3, 1, 1, generator=noise)
    if course.step % 2:
        side = int(course.random.integers(28, SIDE))
        small = functional.interpolate(inputs, size=side, mode="bilinear", antialias=True)
        inputs = functional.interpolate(small, size=SIDE, mode="bilinear")
    if course.step % 3 == 0:
        grain = torch.randn(inputs.shape, generator=noise) * torch.rand(count, 1, 1, 1, generator=noise)
        inputs = inputs + 0.08 * grain
    return inputs


if __name__ == "__main__":
    train(plan_from_command_line("Train the face recogniser."))
