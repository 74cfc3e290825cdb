"""[sdxl-ops] [sdxl-bytes] [sd15-ops] Operators of one training step and the bytes they move, on the real shapes.

Counted on tensors without numbers, so nothing is downloaded and no accelerator is needed. A step is the family's own
loss, its gradients, clipping and AdamW: one picture, rank 16 on every attention, text encoded beforehand. Views are
no operators: they compute nothing. Attention counts as the one operator that it is on an accelerator.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import torch
from diffusers import (
    DDPMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from peft import LoraConfig, inject_adapter_in_model
from torch import Tensor, nn
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from benchmarks.published import CLIP_G, CLIP_L, SD15_UNET, SDXL_UNET
from benchmarks.row import Row, row
from core.families.catalogue import Base
from core.families.family import Batch
from core.families.loaded import Said
from core.families.sd15 import Sd15
from core.families.sdxl import Sdxl
from core.families.unet import UNET_ATTENTION, UNetFamily

RANK: Final = 16
PROMPT: Final = "a photo of a sks man"
META: Final = torch.device("meta")
HALF: Final = torch.bfloat16
TOKENIZER: Final = Path("pocket/weights/base/tokenizer")


@dataclass
class Count:
    """What a step takes: operators that compute, and the bytes that they read and write."""

    operators: int = 0
    moved: int = 0


class Counting(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves it so
    """Counts every operator that computes something."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch leaves it so
        self.count = Count()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run one operator and count it."""
        result = func(*args, **(kwargs or {}))
        if not _is_view(func):
            tensors = [leaf for leaf in tree_leaves((args, kwargs, result)) if isinstance(leaf, Tensor)]
            self.count.operators += 1
            self.count.moved += sum(tensor.numel() * tensor.element_size() for tensor in tensors)
        return result


def run(*, full: bool) -> list[Row]:
    """Ours, and for the bytes what peft injects by default."""
    sdxl, sd15 = ours("sdxl"), ours("sd15")
    theirs = peft_default(SDXL_UNET, ours_of=sdxl_family)
    gigabytes = f"peft's default, {theirs.moved / 1e9:.1f} GB and {theirs.operators} operators"
    what = "one picture, rank 16, attention, text encoded beforehand"
    return [
        row("sdxl-ops", sdxl.operators, "operators", most=7000, peer=what),
        row("sdxl-bytes", sdxl.moved / theirs.moved, "ratio", most=0.6, peer=gigabytes),
        row("sd15-ops", sd15.operators, "operators", most=2200, peer=what),
    ]


def ours(name: str) -> Count:
    """A step of the product's own on a family's published shapes."""
    family = {"sdxl": sdxl_family, "sd15": sd15_family}[name]()
    trainable: Any = family.trainable(rank=RANK, alpha=RANK, seed=0, text=False, targets="attention")
    trainable.told[PROMPT] = _said(family)
    return _counted(lambda: family.loss(trainable, batch_of(family)), [trainable.flat], each=False)


def peft_default(config: dict[str, Any], ours_of: Callable[[], UNetFamily]) -> Count:
    """The same step with peft's layers: adapters in single precision, each factor a tensor of its own."""
    family = ours_of()
    with META:
        unet = UNet2DConditionModel(**config).to(HALF).requires_grad_(requires_grad=False)
        layers = LoraConfig(r=RANK, lora_alpha=RANK, target_modules=list(UNET_ATTENTION))
        inject_adapter_in_model(layers, unet)
    factors = [parameter for parameter in unet.parameters() if parameter.requires_grad]
    for factor in factors:
        factor.data = factor.data.float()
    noising, said, batch = _noising(), _said(family), batch_of(family)

    def loss() -> Tensor:
        noisy = noising.add_noise(batch.latents, batch.noise, batch.timesteps).to(HALF)
        added = family._added(said, batch.latents)
        predicted = unet(noisy, batch.timesteps, said.states, added_cond_kwargs=added, return_dict=False)[0]
        return functional.mse_loss(predicted.float(), batch.noise)

    return _counted(loss, factors, each=True)


def sdxl_family() -> UNetFamily:
    """SDXL's own shapes."""
    with META:
        parts = {
            "text_encoder": CLIPTextModel(CLIPTextConfig(**CLIP_L)),
            "text_encoder_2": CLIPTextModelWithProjection(CLIPTextConfig(**CLIP_G)),
            "unet": UNet2DConditionModel(**SDXL_UNET),
        }
    tokenizer = CLIPTokenizer.from_pretrained(TOKENIZER)
    pipeline = StableDiffusionXLPipeline(
        vae=None, tokenizer=tokenizer, tokenizer_2=tokenizer, scheduler=_noising(), **_frozen(parts)
    )
    return Sdxl(_base("sdxl"), pipeline, META)


def sd15_family() -> UNetFamily:
    """SD 1.5's own shapes."""
    with META:
        parts = {
            "text_encoder": CLIPTextModel(CLIPTextConfig(**CLIP_L)),
            "unet": UNet2DConditionModel(**SD15_UNET),
        }
    pipeline = StableDiffusionPipeline(
        vae=None, tokenizer=CLIPTokenizer.from_pretrained(TOKENIZER), scheduler=_noising(),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False, **_frozen(parts),
    )  # fmt: skip
    return Sd15(_base("sd15"), pipeline, META)


def batch_of(family: UNetFamily) -> Batch:
    """One picture at the family's own size."""
    side = family.size // family.factor
    latents = torch.empty(1, 4, side, side, device=META)
    steps = torch.empty(1, dtype=torch.long, device=META)
    return Batch(latents, torch.empty_like(latents), steps, (PROMPT,), torch.ones(1, device=META))


def _said(family: UNetFamily) -> Said:
    """A prompt that was encoded beforehand."""
    width = int(family._model.config.cross_attention_dim)
    return Said(
        torch.empty(1, 77, width, dtype=HALF, device=META), torch.empty(1, 1280, dtype=HALF, device=META)
    )


def _counted(loss: Callable[[], Tensor], factors: list[Any], *, each: bool) -> Count:
    """Count a step; `each` tells an optimiser of many tensors to handle them together, as its default is."""
    optimiser = torch.optim.AdamW(factors, lr=1e-4, foreach=each)
    with _attention_as_one(), Counting() as counting:
        loss().backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        torch.nn.utils.clip_grad_norm_(factors, 1.0)
        optimiser.step()
    count: Count = counting.count
    return count


@contextmanager
def _attention_as_one() -> Iterator[None]:
    """Let attention be the flash kernel, which tensors without numbers are not given by themselves."""

    def flash(query: Tensor, key: Tensor, value: Tensor, *_: Any, **__: Any) -> Any:
        return torch.ops.aten._scaled_dot_product_flash_attention(query, key, value)[0]

    with patch.object(functional, "scaled_dot_product_attention", flash):
        yield


def _is_view(operator: Any) -> bool:
    """Whether an operator only looks at its argument in another way."""
    returns = operator._schema.returns
    aliases = any(one.alias_info is not None and not one.alias_info.is_write for one in returns)
    return aliases or operator is torch.ops.aten._unsafe_view.default


def _noising() -> DDPMScheduler:
    return DDPMScheduler(beta_schedule="scaled_linear", steps_offset=1, clip_sample=False)


def _frozen(parts: dict[str, nn.Module]) -> dict[str, Any]:
    return {name: part.to(HALF).requires_grad_(requires_grad=False).eval() for name, part in parts.items()}


def _base(family: str) -> Base:
    return Base(
        name=family, title=family, family=family, path=Path(), licence="", content="drawn", look="", steps=1, cfg=1.0,
        scheduler="ddim", instance_tokens=("sks",), class_images=0, sha256={}, training={},
    )  # fmt: skip
