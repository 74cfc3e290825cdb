"""An acceleration of the base: a low-rank change with which four to eight steps do, guidance included.

Latent consistency distillation into a LoRA (Luo et al., 2023, "Latent Consistency Models" and "LCM-LoRA"): the
changed model must answer the same at two neighbouring points of the way that the base itself, guided, takes from
noise to picture. The guidance is part of what is learned, so a picture is
drawn without any.
"""

from typing import Any, Final

import safetensors.torch
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from peft import LoraConfig, get_peft_model_state_dict, inject_adapter_in_model
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from core.families.unet import UNET_LAYERS
from pocket.recipes.course import Course, Plan, held_then_cosine, plan_from_command_line, set_rate
from pocket.recipes.latents import AT_ONCE, Batch, gathered, latents
from pocket.recipes.photos import Shelf
from pocket.recipes.text_encoder import tokens
from pocket.recipes.unet import GUIDANCE, for_training, scheduler

RANK: Final = 6
# Of the 1,000 times of the schedule the solver stops at every twentieth; LCMScheduler samples from the same.
_STOPS: Final = 50
_STRIDE: Final = 1000 // _STOPS
_RATE: Final = 3e-4
# As LCMScheduler has them: its `sigma_data`, and its `timestep_scaling`.
_SPREAD: Final = 0.5
_TIME_SCALE: Final = 10.0
_HUBER: Final = 0.001


def train(plan: Plan) -> None:
    """Train within the plan and write `adapters/fast.safetensors`; needs the whole `base`."""
    torch.manual_seed(3)
    tokenizer = CLIPTokenizer.from_pretrained(plan.base / "tokenizer")
    text = CLIPTextModel.from_pretrained(plan.base / "text_encoder").float().eval().requires_grad_(False)
    text = text.to(plan.device)
    teacher, student = (_base_unet(plan) for _ in range(2))
    inject_adapter_in_model(LoraConfig(r=RANK, lora_alpha=RANK, target_modules=list(UNET_LAYERS)), student)
    changes = torch.nn.ParameterList([one for one in student.parameters() if one.requires_grad])
    optimizer = torch.optim.AdamW(changes, _RATE, weight_decay=0.0)
    course = Course("fast", plan, {"changes": changes, "optimizer": optimizer})
    batch = plan.batch or 16
    fresh = min(AT_ONCE, batch)
    with torch.no_grad():
        nothing = text(tokens(tokenizer, [""]).to(plan.device))[0]
    scale = AutoencoderKL.load_config(plan.base / "vae")["scaling_factor"]
    with latents(plan, course.step * fresh) as stream:
        shelf = Shelf(stream, room=24_000, fresh=fresh, at_first=8 * batch)
        for share in course:
            set_rate(optimizer, held_then_cosine(share, course.step, _RATE, hold=0.4, least=0.01))
            seen = gathered(shelf.batch(batch, course.random), scale, course.noise, plan.device)
            loss = _disagreement(plan, teacher, student, text, nothing, seen, course.noise)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(changes, 1.0)
            optimizer.step()
            course.note(loss=loss.item())
    _write(plan, student)


def _disagreement(
    plan: Plan, teacher: Any, student: Any, text: Any, nothing: Tensor, seen: Batch, noise: torch.Generator
) -> Tensor:
    """Return how differently the student sees the picture from a time and from the teacher's stop before it."""
    count = len(seen.ids)
    later = (torch.randint(_STOPS, (count,), generator=noise) + 1).to(plan.device) * _STRIDE - 1
    earlier = (later - _STRIDE).clamp(min=0)
    added = torch.randn(seen.clean.shape, generator=noise).to(plan.device)
    with torch.no_grad(), plan.half_precision():
        said = text(seen.ids)[0]
    noisy = _mixed(seen.clean, added, later)
    with torch.no_grad(), plan.half_precision():
        asked, unasked = teacher(
            torch.cat([noisy, noisy]), torch.cat([later, later]), torch.cat([said, nothing.expand_as(said)])
        ).sample.float().chunk(2)  # fmt: skip
        guided = unasked + GUIDANCE * (asked - unasked)
        before = _mixed(_picture(noisy, guided, later), guided, earlier)
        wanted = consistent(before, student(before, earlier, said).sample.float(), earlier)
    with plan.half_precision():
        found = student(noisy, later, said).sample.float()
    difference = consistent(noisy, found, later) - wanted
    return ((difference**2 + _HUBER**2).sqrt() - _HUBER).mean()


def _mixed(clean: Tensor, noise: Tensor, times: Tensor) -> Tensor:
    signal = _signal(times)
    return signal.sqrt() * clean + (1 - signal).sqrt() * noise


def _picture(noisy: Tensor, noise: Tensor, times: Tensor) -> Tensor:
    """Return the picture (count, 4, 16, 16) that is left when this noise is taken away."""
    signal = _signal(times)
    return (noisy - (1 - signal).sqrt() * noise) / signal.sqrt()


def consistent(noisy: Tensor, noise: Tensor, times: Tensor) -> Tensor:
    """Return the consistency function: at time 0 what comes in, later the picture that is seen in it."""
    time = times.view(-1, 1, 1, 1) * _TIME_SCALE
    kept = _SPREAD**2 / (time**2 + _SPREAD**2)
    seen = time / (time**2 + _SPREAD**2).sqrt()
    return kept * noisy + seen * _picture(noisy, noise, times)


def _signal(times: Tensor) -> Tensor:
    signal: Tensor = scheduler().alphas_cumprod.to(times.device)[times].view(-1, 1, 1, 1)
    return signal


def _base_unet(plan: Plan) -> Any:
    unet = UNet2DConditionModel.from_pretrained(plan.base / "unet").float().eval().requires_grad_(False)
    return for_training(unet, plan.device)


def _write(plan: Plan, student: Any) -> None:
    """Write the change in half precision under the keys that diffusers and the product read."""
    state = {
        f"unet.{key}": value.detach().cpu().half().contiguous()
        for key, value in get_peft_model_state_dict(student).items()
    }
    path = plan.out / "adapters" / "fast.safetensors"
    path.parent.mkdir(exist_ok=True)
    safetensors.torch.save_file(state, path, metadata={"format": "pt"})


if __name__ == "__main__":
    train(plan_from_command_line("Distil the base into a few steps."))
