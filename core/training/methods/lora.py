"""LoRA (Hu et al. 2021) trained as DreamBooth does (Ruiz et al. 2022), with its prior preservation loss."""

from core.artifacts import Dataset
from core.families.family import Family
from core.training.chance import seed_of
from core.training.denoising import Denoising
from core.training.plan import Plan

WEIGHT_DECAY = 0.01  # AdamW's own


def lora(family: Family, dataset: Dataset, plan: Plan) -> Denoising:
    """Train low-rank changes of a family's layers on photos and, to keep the class itself, class images."""
    trainable = family.trainable(
        rank=plan.rank,
        alpha=plan.alpha,
        seed=seed_of(plan.seed, 0),
        text=plan.text_encoder,
        targets=plan.targets,
        gain=plan.gain,
    )
    return Denoising(family, dataset, plan, trainable, weight_decay=WEIGHT_DECAY)
