"""Bases of the large families at tiny size: the real diffusers classes, with random weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    T5Config,
    T5EncoderModel,
    T5TokenizerFast,
)

from core.families.catalogue import Base, sha256_of
from tests.families.pocket_base import pocket

SIDE: Final = 32  # pixels


def tiny_sdxl(folder: Path) -> Base:
    """Two text encoders of different widths, as SDXL has them."""
    torch.manual_seed(0)
    tokenizer = CLIPTokenizer.from_pretrained(pocket().path / "tokenizer")
    pipeline = StableDiffusionXLPipeline(
        vae=_vae(4),
        text_encoder=CLIPTextModel(_text(32)),
        text_encoder_2=CLIPTextModelWithProjection(_text(64, "gelu")),
        tokenizer=tokenizer,
        tokenizer_2=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=SIDE // 2,
            block_out_channels=(32, 64),
            layers_per_block=1,
            norm_num_groups=8,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            attention_head_dim=(2, 4),
            transformer_layers_per_block=(1, 2),
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=64 + 6 * 8,
            cross_attention_dim=32 + 64,
        ),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="leading"
        ),
    )
    return _saved(pipeline, folder, "sdxl", "unet")


def tiny_flux(folder: Path, *, guidance: bool = True) -> Base:
    """One double and one single block; `guidance` as FLUX.1-dev has it, without it as FLUX.1-schnell."""
    torch.manual_seed(0)
    pieces = [f"▁{word}" for word in ("a", "photo", "of", "man", "woman")] + list(
        "abcdefghijklmnopqrstuvwxyz,▁"
    )
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((piece, -2.0) for piece in pieces)]
    pipeline = FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=guidance),
        vae=_vae(4, shift=0.1),
        text_encoder=CLIPTextModel(_text(32)),
        tokenizer=CLIPTokenizer.from_pretrained(pocket().path / "tokenizer"),
        text_encoder_2=T5EncoderModel(
            T5Config(
                vocab_size=len(vocabulary), d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4,
                feed_forward_proj="gated-gelu",
            )
        ),
        tokenizer_2=T5TokenizerFast(vocab=vocabulary, extra_ids=0, model_max_length=32),
        transformer=FluxTransformer2DModel(
            in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
            joint_attention_dim=32, pooled_projection_dim=32, axes_dims_rope=(4, 4, 8), guidance_embeds=guidance,
        ),
    )  # fmt: skip
    return _saved(pipeline, folder, "flux", "transformer")


TINY: Final[dict[str, Callable[[Path], Base]]] = {"sdxl": tiny_sdxl, "flux": tiny_flux}


def _vae(channels: int, shift: float | None = None) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(16, 16),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=8,
        latent_channels=channels,
        sample_size=SIDE,
        shift_factor=shift,
        scaling_factor=0.5,
    )


def _text(width: int, activation: str = "quick_gelu") -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=894, hidden_size=width, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
        projection_dim=width, hidden_act=activation, bos_token_id=892, eos_token_id=893, pad_token_id=893,
    )  # fmt: skip


def _saved(pipeline: Any, folder: Path, family: str, model: str) -> Base:
    pipeline.save_pretrained(folder)
    weights = f"{model}/diffusion_pytorch_model.safetensors"
    return Base(
        name=f"tiny-{family}",
        title="Tiny",
        family=family,
        path=folder,
        licence="MIT",
        content="drawn",
        look="none",
        steps=2,
        cfg=3.0,
        scheduler="euler",
        instance_tokens=("sks",),
        class_images=2,
        sha256={weights: sha256_of(folder / weights)},
        training={},
        size=SIDE,
    )
