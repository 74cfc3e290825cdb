"""An adapter that draws whom a single photo shows, without any training: IP-Adapter FaceID (Ye et al., 2023).

A face's embedding becomes four more words that every cross attention of the frozen UNet looks at beside the
caption's. The embedding comes from another photo of the person than the one to be drawn, so that there is
nothing to learn from it but who that is.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import safetensors.torch
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import (
    AttnProcessor,
    IPAdapterAttnProcessor,
    IPAdapterAttnProcessor2_0,
)
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from core.faces import FacePack
from core.families.precision import attention_for_training
from pocket.canvas import Pixels
from pocket.captions import describe
from pocket.drawing import draw
from pocket.recipes.course import Course, Plan, held_then_cosine, plan_from_command_line, set_rate
from pocket.recipes.latents import AT_ONCE, Captioned, Latent, gathered, placed
from pocket.recipes.photos import POPULATION, Focus, Shelf, drawn, training_photo
from pocket.recipes.text_encoder import WIDTH, tokens
from pocket.recipes.unet import noise_loss
from pocket.recipes.vae import PIXELS

EMBEDDING: Final = 512
# As many as diffusers takes a FaceID adapter to have.
_WORDS: Final = 4
_WIDER: Final = 2
# So large that the faces of full figures are found.
_OTHER_PIXELS: Final = 256
_RATE: Final = 5e-4
_UNKNOWN: Final = 0.1

# A photo with its caption and where its face is, and another photo of the same person.
Pair = tuple[Captioned, Pixels]


@dataclass(frozen=True)
class Known:
    """A photo in latent space, and the face on another photo of its person: zeros where none was found."""

    photo: Latent
    face: Tensor


def pair(number: int, people: int) -> Pair:
    """Return a training photo, and the next photo of the same person."""
    person, scene = training_photo(number, people)
    _, other_scene = training_photo(number + people, people)
    photo, other = draw(person, scene, PIXELS), draw(person, other_scene, _OTHER_PIXELS)
    focus = Focus(photo.box, photo.landmarks)
    return (photo.pixels, describe(person, scene, scene.seed), focus), other.pixels


def train(plan: Plan) -> None:
    """Train within the plan and write `adapters/faceid.safetensors`; needs the whole `base` and `faces`."""
    torch.manual_seed(4)
    tokenizer = CLIPTokenizer.from_pretrained(plan.base / "tokenizer")
    text = CLIPTextModel.from_pretrained(plan.base / "text_encoder").float().eval().requires_grad_(False)
    unet = adapted_unet(plan)
    model = nn.ModuleDict({"unet": unet, "text": text.to(plan.device)})
    parts = parts_of(unet)
    optimizer = torch.optim.AdamW(parts.parameters(), _RATE, weight_decay=0.01)
    course = Course("faceid", plan, {"parts": parts, "optimizer": optimizer})
    batch = plan.batch or 32
    fresh = min(AT_ONCE, batch)
    nothing = tokens(tokenizer, [""])[0].to(plan.device)
    scale = AutoencoderKL.load_config(plan.base / "vae")["scaling_factor"]
    with _known(plan, course.step * fresh, tokenizer) as stream:
        shelf = Shelf(stream, room=24_000, fresh=fresh, at_first=8 * batch)
        for share in course:
            set_rate(optimizer, held_then_cosine(share, course.step, _RATE, hold=0.4, least=0.01))
            samples = shelf.batch(batch, course.random)
            seen = gathered([one.photo for one in samples], scale, course.noise, plan.device)
            faces = torch.stack([one.face for one in samples])
            faces = faces * (torch.rand(batch, 1, generator=course.noise) >= _UNKNOWN)
            conditions = {"image_embeds": [faces[:, None].to(plan.device)]}
            loss = noise_loss(plan, model, seen, nothing, course.noise, added_cond_kwargs=conditions)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(parts.parameters(), 1.0)
            optimizer.step()
            course.note(loss=loss.item())
    path = plan.out / "adapters" / "faceid.safetensors"
    path.parent.mkdir(exist_ok=True)
    safetensors.torch.save_file(state_of(parts), path, metadata={"format": "pt"})


def adapted_unet(plan: Plan) -> Any:
    """Return the frozen base UNet with a new adapter, whose attention begins as the caption's own."""
    unet = UNet2DConditionModel.from_pretrained(plan.base / "unet").float().eval().requires_grad_(False)
    attentions = [name.removesuffix(".processor") for name in unet.attn_processors if "attn2" in name]
    numbered = [(2 * place + 1, unet.get_submodule(name)) for place, name in enumerate(attentions)]
    words = {
        f"{number}.to_{side}_ip.weight": getattr(attention, f"to_{side}").weight.detach().clone()
        for number, attention in numbered
        for side in ("k", "v")
    }
    # Loaded as any adapter is, so that what is trained is what others will load.
    unet._load_ip_adapter_weights(
        [{"image_proj": _new_projection(), "ip_adapter": words}], low_cpu_mem_usage=False
    )
    if attention_for_training(plan.device) is AttnProcessor:
        unet.set_attn_processor({name: _plain(one) for name, one in unet.attn_processors.items()})
    return unet.to(plan.device)


def _new_projection() -> dict[str, Tensor]:
    wide, out = _WIDER * EMBEDDING, _WORDS * WIDTH
    first, second = nn.Linear(EMBEDDING, wide), nn.Linear(wide, out)
    norm = nn.LayerNorm(WIDTH)
    parts = {"proj.0": first, "proj.2": second, "norm": norm}
    return {
        f"{name}.{key}": value for name, part in parts.items() for key, value in part.state_dict().items()
    }


def _plain(processor: Any) -> Any:
    """Return a processor with the same weights that trains faster in bfloat16 on a processor."""
    if not isinstance(processor, IPAdapterAttnProcessor2_0):
        return AttnProcessor()
    plain = IPAdapterAttnProcessor(
        processor.hidden_size, processor.cross_attention_dim, processor.num_tokens, processor.scale
    )
    plain.load_state_dict(processor.state_dict())
    return plain


def parts_of(unet: Any) -> nn.ModuleDict:
    """Return what the adapter consists of: the projection, and the cross attentions' processors in order."""
    projection = unet.encoder_hid_proj.image_projection_layers[0]
    processors = [one for one in unet.attn_processors.values() if isinstance(one, nn.Module)]
    return nn.ModuleDict({"projection": projection, "attention": nn.ModuleList(processors)}).requires_grad_(
        True
    )


def state_of(parts: nn.ModuleDict) -> dict[str, Tensor]:
    """Return the adapter under the names of the published ones, in half precision."""
    named = {
        "image_proj." + key.replace("ff.net.0.proj", "proj.0").replace("ff.net.2", "proj.2"): value
        for key, value in parts["projection"].state_dict().items()
    }
    for place, processor in enumerate(parts["attention"].children()):
        for key, value in processor.state_dict().items():
            named[f"ip_adapter.{2 * place + 1}.{key.replace('_ip.0.', '_ip.')}"] = value
    return {key: value.detach().cpu().half().contiguous() for key, value in named.items()}


@contextmanager
def _known(plan: Plan, first: int, tokenizer: Any) -> Iterator[Iterator[Known]]:
    vae = AutoencoderKL.from_pretrained(plan.base / "vae").float().eval().requires_grad_(False)
    pack = FacePack.open(plan.faces, threads=torch.get_num_threads())
    with drawn(partial(pair, people=plan.people or POPULATION), plan.workers, first=first) as stream:
        yield _seen(plan, stream, vae.to(plan.device), tokenizer, pack)


def _seen(plan: Plan, stream: Iterator[Pair], vae: Any, tokenizer: Any, pack: FacePack) -> Iterator[Known]:
    while pairs := list(itertools.islice(stream, AT_ONCE)):
        photos = placed(plan, [photo for photo, _ in pairs], vae, tokenizer)
        yield from map(Known, photos, [_face(pack, other) for _, other in pairs])


def _face(pack: FacePack, pixels: Pixels) -> Tensor:
    found = pack.faces_in(pixels)
    return torch.from_numpy(found[0].embedding if found else np.zeros(EMBEDDING, np.float32))


if __name__ == "__main__":
    train(plan_from_command_line("Train the FaceID adapter."))
