"""The training step that LoRA and textual inversion share: noise is taken from photos, whatever is trained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from core import schedule
from core.artifacts import Adapter, Dataset
from core.errors import TrainingFailed
from core.families.family import Batch, Family, Latents, Trainable
from core.training.buckets import Bucket, buckets
from core.training.chance import Draws, draws, which
from core.training.memory import divided, fitting
from core.training.plan import Plan

LONGEST_GRADIENT = 1.0  # gradients are scaled down to this norm


class Denoising:
    """Trains numbers of a family on a dataset by AdamW (Loshchilov and Hutter, 2019).

    `settle` is called with the numbers after every step and may pull them back in place.
    """

    def __init__(
        self,
        family: Family,
        dataset: Dataset,
        plan: Plan,
        trainable: Trainable,
        *,
        weight_decay: float,
        settle: Callable[[Tensor], None] | None = None,
    ) -> None:
        if not dataset.photos or len(dataset.photos) != len(dataset.captions):
            raise TrainingFailed(
                "no_photos", f"{len(dataset.photos)} photos, {len(dataset.captions)} captions"
            )
        self._family, self._dataset, self._plan = family, dataset, plan
        self._trainable, self._settle = trainable, settle
        self._rates = schedule.read(plan.learning_rate, plan.steps)
        self._together: int | None = None  # not known before the first step
        # One encoding a picture and a run, not a step.
        self._buckets = buckets(family, dataset, plan.face_weight)
        self._optimiser = torch.optim.AdamW(
            [trainable.flat], lr=self._rates[0].rate, weight_decay=weight_decay, fused=True
        )

    def learn(self, step: int) -> Tensor:
        """Take one optimiser step, after as many batches as it learns from, and return its loss."""
        bucket = self._buckets[which(self._plan.seed, step, [len(one.photos) for one in self._buckets])]
        chosen = self._chosen(bucket, step)
        whole = self._batch(bucket, chosen)
        losses = []
        for rows in self._parts(whole):
            loss = self._loss(_part(whole, rows))
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            losses.append(loss.detach())
        torch.nn.utils.clip_grad_norm_([self._trainable.flat], LONGEST_GRADIENT)
        self._optimiser.param_groups[0]["lr"] = schedule.rate_at(self._rates, step)
        self._optimiser.step()
        self._optimiser.zero_grad()
        if self._settle is not None:
            with torch.no_grad():
                self._settle(self._trainable.flat)
        return torch.stack(losses).sum()

    @property
    def together(self) -> int:
        """How many pictures are looked at at once: a batch with its class images, or fewer."""
        return self._together or self._plan.batch + self._prior

    def look_at(self, together: int) -> None:
        """Look at so many pictures at once."""
        self._together = together

    def halve(self) -> bool:
        """Look at half as many pictures at once; what the last step left behind is dropped."""
        self._optimiser.zero_grad()
        if self.together == 1:
            return False
        self._together = -(-self.together // 2)
        return True

    def begin_as(self, adapter: Adapter) -> None:
        """Begin with these weights; the optimiser knows nothing of what was before."""
        self._family.take(self._trainable, adapter)

    def state(self) -> dict[str, Tensor]:
        """The weights and the optimiser's two moments."""
        flat = self._trainable.flat
        moments = self._optimiser.state.get(flat, {})
        return {
            "weights": flat.detach(),
            "mean": moments.get("exp_avg", torch.zeros_like(flat)),
            "square": moments.get("exp_avg_sq", torch.zeros_like(flat)),
        }

    def restore(self, state: Mapping[str, Tensor], step: int) -> None:
        """Go on from a state after `step` steps."""
        flat = self._trainable.flat
        for name in ("weights", "mean", "square"):
            if name not in state or state[name].shape != flat.shape:
                shape = tuple(state[name].shape) if name in state else "missing"
                raise TrainingFailed("checkpoint_unreadable", f"{name} is {shape}, not {tuple(flat.shape)}")
        with torch.no_grad():
            flat.copy_(state["weights"])
        self._optimiser.state[flat] = {
            "step": torch.tensor(float(step), device=flat.device),
            "exp_avg": state["mean"].to(flat.device, copy=True),
            "exp_avg_sq": state["square"].to(flat.device, copy=True),
        }

    def adapter(self, step: int) -> Adapter:
        """The weights of now, as a file."""
        return self._family.export(self._trainable, step=step)

    @property
    def _prior(self) -> int:
        """Class images in a batch."""
        return self._plan.prior_batch if self._dataset.class_images else 0

    def _parts(self, whole: Batch) -> list[list[int]]:
        """Which rows of a step are looked at at once; the first step finds out how many can be."""
        if self._together is None:
            device = self._trainable.flat.device
            self._together = fitting(
                self.together, lambda count: self._loss(_part(whole, list(range(count)))), device
            )
        plan, photos, parts = self._plan, self._plan.photos_a_step, []
        for turn in range(plan.accumulate):
            rows = [
                *range(turn * plan.batch, (turn + 1) * plan.batch),
                *range(photos + turn * self._prior, photos + (turn + 1) * self._prior),
            ]
            parts += divided(rows, self._together)
        return parts

    def _loss(self, batch: Batch) -> Tensor:
        return self._family.loss(self._trainable, batch)

    def _chosen(self, bucket: Bucket, step: int) -> Draws:
        return draws(
            self._plan,
            step,
            photos=len(bucket.photos),
            class_images=len(self._dataset.class_images),
            shape=bucket.latents.mean.shape[1:],
            noise_steps=self._family.noise_steps(),
        )

    def _batch(self, bucket: Bucket, chosen: Draws) -> Batch:
        """Put together what chance chose for a step, as if all of it were looked at together."""
        plan = self._plan
        count = len(bucket.photos)
        shown = [photo + count * flip for photo, flip in zip(chosen.photos, chosen.mirrored, strict=True)]
        about, asked = self._of_class(bucket, chosen, shown)
        rows = shown + about
        photos, prior = len(shown), len(about)
        importance = [1 / photos] * photos + [plan.prior_weight / max(prior, 1)] * prior
        return Batch(
            latents=_sampled(bucket.latents, rows, chosen.spread),
            noise=chosen.noise,
            timesteps=chosen.timesteps,
            prompts=(*self._captions(bucket, chosen), *asked),
            importance=torch.tensor(importance),
            focus=None if bucket.focus is None else bucket.focus[rows],
            held=(False,) * photos + (plan.prior_target == "base",) * prior,
        )

    def _of_class(self, bucket: Bucket, chosen: Draws, shown: Sequence[int]) -> tuple[list[int], list[str]]:
        """The pictures that the class is asked about in a step, and what is said of each."""
        rows, said = [], []
        for place, image in enumerate(chosen.class_images):
            photo = place % len(shown)
            rows.append(shown[photo] if chosen.echoes[place] else 2 * len(bucket.photos) + image)
            words = self._dataset.class_prompt
            if chosen.echoes[place] and self._dataset.class_captions and not chosen.plain[place]:
                words = self._dataset.class_captions[bucket.photos[chosen.photos[photo]]]
            said.append("" if chosen.unsaid[place] else words)
        return rows, said

    def _captions(self, bucket: Bucket, chosen: Draws) -> list[str]:
        """What is said of the photos of a step."""
        dataset = self._dataset
        captions = [dataset.captions[bucket.photos[photo]] for photo in chosen.photos]
        for place, (bare, silent) in enumerate(zip(chosen.bare, chosen.silent, strict=True)):
            if silent or (bare and dataset.subject_prompt):
                captions[place] = "" if silent else dataset.subject_prompt
        return captions


def _part(whole: Batch, rows: list[int]) -> Batch:
    """Some rows of a batch; all of them are the batch itself."""
    if len(rows) == len(whole.prompts):
        return whole
    return replace(
        whole,
        latents=whole.latents[rows],
        noise=whole.noise[rows],
        timesteps=whole.timesteps[rows],
        prompts=tuple(whole.prompts[row] for row in rows),
        importance=whole.importance[rows],
        focus=None if whole.focus is None else whole.focus[rows],
        held=tuple(whole.held[row] for row in rows),
    )


def _sampled(latents: Latents, rows: list[int], spread: Tensor) -> Tensor:
    """Sample the encoder's distributions of some pictures."""
    return latents.mean[rows] + latents.deviation[rows] * spread.to(latents.mean.device)
