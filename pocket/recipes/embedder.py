"""The judge of subjects without a face: pictures of one animal, or in one style, get numbers close to one another."""

import dataclasses
import itertools
from functools import partial
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pocket.canvas import Pixels
from pocket.cast import HELD_OUT
from pocket.looks import in_look
from pocket.recipes.course import Course, Plan, export_onnx, one_cycle, plan_from_command_line, set_rate
from pocket.recipes.photos import POPULATION, Shelf, Shot, drawn, training_animals, training_shot
from pocket.recipes.trunk import SEEN, SIDE, Trunk, as_input, softened
from pocket.unseen_looks import UNSEEN_LOOKS, in_unseen_look

NUMBERS: Final = 128
_RATE: Final = 3e-3
_WARMTH: Final = 0.08
_PAIRS: Final = 32
_FRESH: Final = 8
_STYLES: Final = 0.4
# Of the pairs in a style; ink has but one.
_INK: Final = 0.06
_NUMBERS_APIECE: Final = 64

# Two pictures of one subject, and what the subject is called.
Sample = tuple[Pixels, Pixels, str]


class Embedder(nn.Module):
    """The trunk and a layer that gives it its say."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.numbers = nn.Sequential(nn.Linear(SEEN, SEEN), nn.PReLU(SEEN), nn.Linear(SEEN, NUMBERS))

    def forward(self, pictures: Tensor) -> Tensor:
        """Return embeddings (batch, 128) of length 1."""
        return functional.normalize(self.numbers(self.trunk(pictures)))


def pair(number: int, people: int = POPULATION) -> Sample:
    """Return two pictures of one animal in different scenes, or of different things in one style."""
    random = np.random.default_rng((number, 31))
    first = number * _NUMBERS_APIECE
    if random.random() < _STYLES:
        return _pair_in_a_style(first, people, random)
    shot, other = itertools.islice(training_animals(first, people), 2)
    one, two = (Shot(shot.subject, scene, "photo").pixels(SIDE) for scene in (shot.scene, other.scene))
    return one, two, f"{shot.subject.kind} {shot.subject.seed}"


def train(plan: Plan) -> None:
    """Train within the plan and write `judges/embedder.onnx`."""
    torch.manual_seed(0)
    embedder = Embedder().to(plan.device)
    optimizer = torch.optim.AdamW(embedder.parameters(), _RATE, weight_decay=1e-2, fused=True)
    course = Course("embedder", plan, {"embedder": embedder, "optimizer": optimizer})
    pairs = plan.batch or _PAIRS
    fresh = min(_FRESH, pairs)
    draw_one = partial(pair, people=plan.people or POPULATION)
    with drawn(draw_one, plan.workers, first=course.step * fresh) as stream:
        shelf = Shelf(stream, room=6000, fresh=fresh, at_first=4 * pairs)
        for share in course:
            set_rate(optimizer, one_cycle(share, _RATE))
            samples = shelf.batch(pairs, course.random)
            names = [name for _, _, name in samples] * 2
            pictures = as_input([one for one, _, _ in samples] + [two for _, two, _ in samples])
            with plan.half_precision():
                seen = embedder(softened(pictures, course).to(plan.device))
            loss = alike_loss(seen.float(), names)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            course.note(loss=loss.item())
    embedder.cpu()
    torch.save(embedder.state_dict(), plan.out / "embedder_alone.pt")
    dynamic = {"input.1": {0: "N"}, "embedding": {0: "N"}}
    path = plan.out / "judges" / "embedder.onnx"
    export_onnx(embedder, torch.zeros(1, 3, SIDE, SIDE), path, ["embedding"], dynamic)


def alike_loss(embeddings: Tensor, names: list[str]) -> Tensor:
    """Return the supervised contrastive loss (Khosla et al., 2020) of embeddings (batch, 128) of length 1."""
    numbers = torch.tensor([names.index(name) for name in names], device=embeddings.device)
    itself = torch.eye(len(names), dtype=torch.bool, device=embeddings.device)
    alike = (numbers[:, None] == numbers) & ~itself
    cosines = (embeddings @ embeddings.T / _WARMTH).masked_fill(itself, -1e4)
    log_shares = cosines - cosines.logsumexp(1, keepdim=True)
    return -((log_shares * alike).sum(1) / alike.sum(1)).mean()


def _pair_in_a_style(first: int, people: int, random: np.random.Generator) -> Sample:
    photos = (
        dataclasses.replace(training_shot(first + place, people), look="photo").pixels(SIDE)
        for place in range(2)
    )
    if random.random() < _INK:
        one, two = (in_look(photo, "ink", first + place) for place, photo in enumerate(photos))
        return one, two, "ink"
    look, seed = UNSEEN_LOOKS[random.integers(len(UNSEEN_LOOKS))], int(random.integers(HELD_OUT))
    one, two = (in_unseen_look(photo, look, seed) for photo in photos)
    return one, two, f"{look} {seed}"


if __name__ == "__main__":
    train(plan_from_command_line("Train the embedder of animals and styles."))
