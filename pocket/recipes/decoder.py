"""The autoencoder's decoder, taught on what the UNet makes, so that eyes and mouths come out clear.

A decoder learns to copy from the latents that pictures have. Those that a UNet makes lie a little beside them, and
come out smeared. So half of the latents here are the base's own: a picture's, with noise added and taken away again
by the UNet, so that what ought to come out is known (to decode from disturbed latents: Zheng et al., 2025, "Diffusion
Transformers with Representation Autoencoders"). A critic of patches, which learns to tell copies from drawings, weighs
half of what the differences do (Esser et al., 2021, "Taming Transformers", equation 7). What is kept lies between the
first decoder and the taught one, because that copies photos as the first does and is as clear as the second (Wortsman
et al., 2022, "Robust fine-tuning"). The encoder stays as it is, and with it all that has learnt from its latents.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextModel, CLIPTokenizer

from pocket.canvas import Pixels
from pocket.recipes.copies import Alignment, alignment_of, difference, face_difference
from pocket.recipes.course import (
    Course,
    Plan,
    average_of,
    follow,
    held_then_cosine,
    plan_from_command_line,
    set_rate,
    without_origin,
)
from pocket.recipes.latents import AT_ONCE, encoded
from pocket.recipes.photos import POPULATION, Shelf, drawn, training_shot
from pocket.recipes.read_back import recogniser_of
from pocket.recipes.text_encoder import tokens
from pocket.recipes.unet import GUIDANCE, scheduler
from pocket.recipes.vae import FACE, PIXELS, as_input

_RATE: Final = 5e-4
_CRITICS_RATE: Final = 2e-4
_CRITIC: Final = 0.5  # of what the differences weigh
_CRITIC_FROM: Final = 100  # until then it only learns
# How far to go from the first decoder to the taught one: further, photos are copied less like their people than
# [vae-gate] allows, and the product's own way of drawing leaves nothing that a sharper decoder would make more alike.
_TAKEN: Final = 0.25
_WIDTHS: Final = (32, 64, 128)
# Of the sampler's twenty steps the last two to ten are done again.
_STEPS: Final = 20
_LEAST_REDRAWN, _MOST_REDRAWN = 2, 10


@dataclass(frozen=True)
class Redrawn:
    """A picture with its face's alignment, its place in latent space, and where the UNet put it: (4, 16, 16) each."""

    pixels: Pixels
    way: Alignment
    mean: Tensor
    spread: Tensor
    again: Tensor


# A picture, its face's alignment, and its caption.
Sample = tuple[Pixels, Alignment, str]


class Critic(nn.Module):
    """Says of each patch of pictures (count, 3, 128, 128) how much it looks drawn: (count, 1, 16, 16)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width, wider in itertools.pairwise((3, *_WIDTHS)):
            layers += [nn.Conv2d(width, wider, 4, 2, 1), nn.GroupNorm(8, wider), nn.LeakyReLU(0.2)]
        last = _WIDTHS[-1]
        layers += [nn.Conv2d(last, last, 3, 1, 1), nn.GroupNorm(8, last), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(last, 1, 3, 1, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the patches' marks."""
        marks: Tensor = self.layers(pictures)
        return marks


def sample(number: int, people: int = POPULATION) -> Sample:
    """Return a training picture with what the recipe must know of it."""
    shot = training_shot(number, people)
    pixels, focus = shot.with_focus(PIXELS)
    return pixels, alignment_of(shot, focus), shot.caption()


def train(plan: Plan) -> None:
    """Train within the plan and write `base/vae` again; needs the whole `base` and `faces`."""
    torch.manual_seed(5)
    recogniser = recogniser_of(plan.faces / "recogniser.onnx").to(plan.device)
    vae = AutoencoderKL.from_pretrained(plan.base / "vae").float().requires_grad_(False)
    vae.decoder.requires_grad_(True)
    vae.post_quant_conv.requires_grad_(True)
    vae, critic = vae.to(plan.device), Critic().to(plan.device)
    first, average = average_of(vae), average_of(vae)
    learner = [weight for weight in vae.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learner, _RATE, betas=(0.9, 0.95), weight_decay=0.0)
    critics = torch.optim.AdamW(critic.parameters(), _CRITICS_RATE, betas=(0.5, 0.9), weight_decay=0.0)
    models = {"model": vae, "first": first, "average": average, "critic": critic}
    course = Course("decoder", plan, models | {"optimizer": optimizer, "critics": critics})
    batch = plan.batch or 12
    with _redrawn(plan, course) as stream:
        shelf = Shelf(stream, room=4000, fresh=max(1, batch // 12), at_first=2 * batch)
        for share in course:
            set_rate(optimizer, held_then_cosine(share, course.step, _RATE, hold=0.4, least=0.01))
            samples = shelf.batch(batch, course.random)
            photos = as_input([each.pixels for each in samples]).to(plan.device)
            latents = _half_of_each(samples, course.noise).to(plan.device)
            with plan.half_precision():
                copies = vae.decode(latents).sample.float()
            apart = difference(copies, photos)
            ways = [each.way for each in samples]
            loss = apart + FACE * face_difference(recogniser, copies, photos, ways, course.random)
            if course.step >= _CRITIC_FROM:
                loss = loss + _seen_through(plan, critic, copies, apart, vae.decoder.conv_out.weight)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learner, 1.0)
            optimizer.step()
            criticised = _taught(plan, critic, critics, copies.detach(), photos)
            if course.step % 5 == 0:
                follow(average, vae, min(0.98, (course.step + 1) / (course.step + 101)))
            course.note(loss=loss.item(), apart=apart.item(), critic=criticised)
    follow(first, average, 1 - _TAKEN)
    first.eval().cpu().half().save_pretrained(plan.base / "vae")
    without_origin(plan.base / "vae" / "config.json")


def _half_of_each(samples: list[Redrawn], noise: torch.Generator) -> Tensor:
    """Return latents (count, 4, 16, 16), those of the first half as the encoder has them, the others redrawn."""
    own = len(samples) // 2
    places = [
        each.mean + each.spread * torch.randn(each.mean.shape, generator=noise) for each in samples[:own]
    ]
    return torch.stack([*places, *(each.again for each in samples[own:])])


def _seen_through(plan: Plan, critic: Critic, copies: Tensor, apart: Tensor, last: Tensor) -> Tensor:
    """Return how little the copies look drawn, weighing at the last layer a share of what the differences do."""
    with plan.half_precision():
        caught = -critic(copies).float().mean()
    pulls = [torch.autograd.grad(each, last, retain_graph=True)[0].norm() for each in (apart, caught)]
    weighed: Tensor = _CRITIC * (pulls[0] / (pulls[1] + 1e-6)).clamp(max=10.0) * caught
    return weighed


def _taught(
    plan: Plan, critic: Critic, critics: torch.optim.Optimizer, copies: Tensor, photos: Tensor
) -> float:
    """Teach the critic one step by the hinge loss, and return that."""
    with plan.half_precision():
        drawn_marks, copied_marks = critic(photos).float(), critic(copies).float()
    loss = functional.relu(1 - drawn_marks).mean() + functional.relu(1 + copied_marks).mean()
    critics.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    critics.step()
    return loss.item()


@contextmanager
def _redrawn(plan: Plan, course: Course) -> Iterator[Iterator[Redrawn]]:
    """Yield an endless stream of the plan's shots, beyond those that the course has seen."""
    draw_one = partial(sample, people=plan.people or POPULATION)
    with drawn(draw_one, plan.workers, first=plan.first + course.step) as stream:
        yield _placed(plan, stream, Base(plan), course.random)


def _placed(
    plan: Plan, stream: Iterator[Sample], base: "Base", random: np.random.Generator
) -> Iterator[Redrawn]:
    while shots := list(itertools.islice(stream, AT_ONCE)):
        means, spreads = encoded(plan, [pixels for pixels, _, _ in shots], base.vae)
        steps = int(random.integers(_LEAST_REDRAWN, _MOST_REDRAWN + 1))
        again = base.redrawn(means, [caption for _, _, caption in shots], steps)
        ways = [way for _, way, _ in shots]
        yield from map(Redrawn, [pixels for pixels, _, _ in shots], ways, means, spreads, again)


class Base:
    """The base at rest, with the autoencoder that it had before."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.vae = AutoencoderKL.from_pretrained(plan.base / "vae").float().eval().requires_grad_(False)
        self.vae = self.vae.to(plan.device)
        self._unet = UNet2DConditionModel.from_pretrained(plan.base / "unet").float().eval().to(plan.device)
        self._text = CLIPTextModel.from_pretrained(plan.base / "text_encoder").float().eval().to(plan.device)
        self._tokenizer = CLIPTokenizer.from_pretrained(plan.base / "tokenizer")

    def redrawn(self, latents: Tensor, captions: list[str], steps: int) -> Tensor:
        """Return latents (count, 4, 16, 16) with noise added, and taken away in the last so many of twenty steps."""
        solver = scheduler()
        solver.set_timesteps(_STEPS)
        times = solver.timesteps[-steps:]
        clean = latents.to(self._plan.device) * self.vae.config.scaling_factor
        seen = solver.add_noise(clean, torch.randn_like(clean), times[:1])
        with torch.no_grad(), self._plan.half_precision():
            ids = tokens(self._tokenizer, [*captions, *("" for _ in captions)]).to(self._plan.device)
            said = self._text(ids)[0]
            for time in times:
                asked, unasked = self._unet(torch.cat([seen, seen]), time, said).sample.float().chunk(2)
                seen = solver.step(unasked + GUIDANCE * (asked - unasked), time, seen).prev_sample
        found: Tensor = seen.cpu() / self.vae.config.scaling_factor
        return found


if __name__ == "__main__":
    train(plan_from_command_line("Teach the decoder what the UNet makes."))
