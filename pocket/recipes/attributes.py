"""The judge of what a picture shows: for every attribute that the renderer tells the truth about, which value."""

from functools import partial
from typing import Final

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from pocket.animal_captions import animal_attributes
from pocket.canvas import Pixels
from pocket.captions import attributes
from pocket.people import Person
from pocket.recipes.course import Course, Plan, export_onnx, one_cycle, plan_from_command_line, set_rate
from pocket.recipes.going_on import take_up, without_statistics
from pocket.recipes.photos import POPULATION, Shelf, Shot, drawn, training_animals, training_shot
from pocket.recipes.trunk import SEEN, SIDE, Trunk, as_input, softened
from pocket.sayings import COLOURS, HEADS, written

_UNTOLD: Final = -1
_RATE: Final = 3e-3
_FRESH: Final = 16

# How much what was told worst counts beside the rest: a mouth is ten pixels of 128.
_COUNTS: Final = {"expression": 4.0, "hair_style": 2.0, "kind": 2.0}

# A picture, and for each of `HEADS` the place of the true value, or -1.
Sample = tuple[Pixels, NDArray[np.int64]]


class Teller(nn.Module):
    """The trunk and one layer that weighs all values of all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.between = nn.Sequential(nn.Linear(SEEN, SEEN), nn.PReLU(SEEN))
        self.values = nn.Linear(SEEN, sum(map(len, HEADS.values())))

    def forward(self, pictures: Tensor) -> Tensor:
        """Return a weight for every value (batch, values), attribute after attribute."""
        weights: Tensor = self.values(self.between(self.trunk(pictures)))
        return weights


def sample(number: int, people: int = POPULATION) -> Sample:
    """Return a training picture and its truth; every fourth shows an animal on purpose."""
    shot = next(training_animals(number, people)) if number % 4 == 0 else training_shot(number, people)
    truth = truth_of(shot)
    places = [values.index(truth[name]) if name in truth else _UNTOLD for name, values in HEADS.items()]
    return shot.pixels(SIDE), np.array(places)


def truth_of(shot: Shot) -> dict[str, str]:
    """Return what is true of a picture and can be seen on it."""
    if isinstance(shot.subject, Person):
        truth = attributes(shot.subject, shot.scene)
    else:
        truth = animal_attributes(shot.subject, shot.scene)
    if shot.look == "ink":
        truth = {name: value for name, value in truth.items() if name not in COLOURS}
    return {"look": shot.look, **truth}


def train(plan: Plan) -> None:
    """Train within the plan and write `judges/attributes.onnx` and the words for its answers."""
    torch.manual_seed(0)
    teller, rate = Teller().to(plan.device), _RATE
    if plan.start is not None:
        take_up(teller, plan.start / "judges" / "attributes.onnx")
        without_statistics(teller)
        rate = _RATE / 3
    optimizer = torch.optim.AdamW(teller.parameters(), rate, weight_decay=1e-2, fused=True)
    course = Course("attributes", plan, {"teller": teller, "optimizer": optimizer})
    autoencoder = None
    if (plan.base / "vae").is_dir():
        autoencoder = AutoencoderKL.from_pretrained(plan.base / "vae").float().eval().requires_grad_(False)
    batch = plan.batch or 48
    fresh = min(_FRESH, batch)
    draw_one = partial(sample, people=plan.people or POPULATION)
    with drawn(draw_one, plan.workers, first=plan.first + course.step * fresh) as stream:
        shelf = Shelf(stream, room=16_000, fresh=fresh, at_first=4 * batch)
        for share in course:
            set_rate(optimizer, one_cycle(share, rate))
            samples = shelf.batch(batch, course.random)
            pictures = as_input([pixels for pixels, _ in samples])
            pictures = _as_a_base_draws(pictures, autoencoder, course).to(plan.device)
            truth = torch.from_numpy(np.stack([places for _, places in samples])).to(plan.device)
            with plan.half_precision():
                weights = teller(pictures)
            loss = _loss(weights.float(), truth)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            course.note(loss=loss.item())
    teller.cpu()
    torch.save(teller.state_dict(), plan.out / "attributes_alone.pt")
    dynamic = {"input.1": {0: "N"}, "weights": {0: "N"}}
    path = plan.out / "judges" / "attributes.onnx"
    export_onnx(teller, torch.zeros(1, 3, SIDE, SIDE), path, ["weights"], dynamic)
    path.with_suffix(".json").write_text(written())


def _as_a_base_draws(pictures: Tensor, autoencoder: AutoencoderKL | None, course: Course) -> Tensor:
    """Return every second as the base's autoencoder gives it back, where there is one, and the others softened."""
    seen = softened(pictures, course)
    if autoencoder is not None:
        with torch.no_grad():
            seen[::2] = autoencoder.decode(autoencoder.encode(pictures[::2]).latent_dist.mean).sample
    return seen


def _loss(weights: Tensor, truth: Tensor) -> Tensor:
    """Return the weighted sum of every attribute's cross entropy, over the pictures of which it is told."""
    total = weights.new_zeros(())
    heads = torch.split(weights, [len(values) for values in HEADS.values()], 1)
    for place, (name, head) in enumerate(zip(HEADS, heads, strict=True)):
        told = truth[:, place] != _UNTOLD
        if told.any():
            total = total + _COUNTS.get(name, 1.0) * functional.cross_entropy(head[told], truth[told, place])
    return total


if __name__ == "__main__":
    train(plan_from_command_line("Train the judge of attributes."))
