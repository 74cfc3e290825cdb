"""LoRA (Hu et al. 2021) trained as DreamBooth does (Ruiz et al. 2022), with its prior preservation loss."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from core.artifacts import Adapter, Dataset
from core.errors import TrainingFailed
from core.families.family import Batch, Family, Latents
from core.training.chance import draws, seed_of
from core.training.plan import Plan

LONGEST_GRADIENT = 1.0  # gradients are scaled down to this norm


class LoraLearner:
    """Trains low-rank changes of a family's layers on photos and, to keep the class itself, class images."""

    def __init__(self, family: Family, dataset: Dataset, plan: Plan) -> None:
        if not dataset.photos or len(dataset.photos) != len(dataset.captions):
            raise TrainingFailed(
                "no_photos", f"{len(dataset.photos)} photos, {len(dataset.captions)} captions"
            )
        self._family, self._dataset, self._plan = family, dataset, plan
        mirrored = [np.ascontiguousarray(photo[:, ::-1]) for photo in dataset.photos]
        # One encoding a picture and a run, not a step: photos, the photos mirrored, class images.
        self._latents = family.encode_images([*dataset.photos, *mirrored, *dataset.class_images])
        self._trainable = family.trainable(rank=plan.rank, alpha=plan.alpha, seed=seed_of(plan.seed, 0))
        self._optimiser = torch.optim.AdamW([self._trainable.flat], lr=plan.learning_rate, fused=True)

    def learn(self, step: int) -> Tensor:
        """Take one optimiser step and return its loss."""
        loss = self._family.loss(self._trainable, self._batch(step))
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        torch.nn.utils.clip_grad_norm_([self._trainable.flat], LONGEST_GRADIENT)
        self._optimiser.step()
        self._optimiser.zero_grad()
        return loss.detach()

    def state(self) -> dict[str, Tensor]:
        """The weights and the optimiser's two moments."""
        moments = self._optimiser.state[self._trainable.flat]
        blank = torch.zeros_like(self._trainable.flat)
        return {
            "weights": self._trainable.flat.detach(),
            "mean": moments.get("exp_avg", blank),
            "square": moments.get("exp_avg_sq", blank),
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

    def _batch(self, step: int) -> Batch:
        """Put together what chance chose for a step."""
        plan, dataset, known = self._plan, self._dataset, self._latents
        count = len(dataset.photos)
        chosen = draws(
            plan,
            step,
            photos=count,
            class_images=len(dataset.class_images),
            shape=known.mean.shape[1:],
            noise_steps=self._family.noise_steps(),
        )
        shown = [photo + count * flip for photo, flip in zip(chosen.photos, chosen.mirrored, strict=True)]
        rows = shown + [2 * count + image for image in chosen.class_images]
        captions = [
            "" if silent else dataset.captions[photo]
            for photo, silent in zip(chosen.photos, chosen.silent, strict=True)
        ]
        prior = len(chosen.class_images)
        importance = [1 / plan.batch] * plan.batch + [plan.prior_weight / max(prior, 1)] * prior
        return Batch(
            latents=_sampled(known, rows, chosen.spread),
            noise=chosen.noise,
            timesteps=chosen.timesteps,
            prompts=(*captions, *[dataset.class_prompt] * prior),
            importance=torch.tensor(importance),
        )


def _sampled(latents: Latents, rows: list[int], spread: Tensor) -> Tensor:
    """Sample the encoder's distributions of some pictures."""
    return latents.mean[rows] + latents.deviation[rows] * spread.to(latents.mean.device)
