"""A profile's weights as the file that A1111, ComfyUI and kohya read: renamed, with notes, no number changed.

content = export(weights, About(method="lora", family="sd15", base="pocket", trigger="zanora", ...))

Notes are what those tools look for (`ss_*` and `modelspec.*`) and ours (`likeness.*`). Nothing of the person is
among them but the name of the file.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Final

from core.exchange import embedding
from core.exchange.kohya import ROOTS, kohya_name
from core.exchange.tensors import Tensor, Weights, read, written

OURS: Final = "likeness."  # begins our own notes
DOWN, UP = "lora_A.weight", "lora_B.weight"  # as peft and diffusers call them
# What kohya's trainer calls the bases, and https://github.com/Stability-AI/ModelSpec the architectures.
BASE_VERSIONS: Final = {"sd15": "sd_v1", "sdxl": "sdxl_base_v1-0", "flux": "flux1"}
ARCHITECTURES: Final = {
    "sd15": "stable-diffusion-v1",
    "sdxl": "stable-diffusion-xl-v1-base",
    "flux": "flux-1-dev",
}


@dataclass(frozen=True)
class About:
    """What a file says of itself."""

    method: str  # lora, textual_inversion
    family: str
    base: str  # the base model's name, on which it was trained
    trigger: str
    instance_token: str  # to which training bound the subject; empty for a textual inversion
    class_word: str
    name: str  # of the file, without its suffix
    step: int = 0
    base_hash: str = ""  # sha256 of the base's main file
    learnt_words: str = ""  # that bring the subject up, where it was learnt elsewhere; no instance token then

    @property
    def words(self) -> str:
        """What to write in the prompts of other tools: the name of the file for a textual inversion."""
        if self.method == "textual_inversion":
            return self.name
        return self.learnt_words or f"{self.instance_token} {self.class_word}"


def export(weights: bytes, about: About) -> bytes:
    """The file to hand out; `weights` are our own and are not looked at as a stranger's."""
    tensors = read(weights).tensors
    named = embedding.theirs(tensors) if about.method == "textual_inversion" else _lora(tensors, about.family)
    return written(Weights(named, _notes(about, named)))


def _lora(tensors: Mapping[str, Tensor], family: str) -> dict[str, Tensor]:
    """Each layer's two factors and its alpha, which is the rank: our files have the scale in their numbers."""
    if family not in ROOTS:
        return dict(tensors)  # ComfyUI reads diffusers' own names, and kohya's split our layers otherwise
    named = {}
    for key, tensor in tensors.items():
        layer, _, side = key.rpartition(".lora_")
        name = kohya_name(layer, family)
        if f"lora_{side}" == DOWN:
            named[f"{name}.lora_down.weight"] = tensor
            named[f"{name}.alpha"] = Tensor("F32", (), struct.pack("<f", tensor.shape[0]))
        else:
            named[f"{name}.lora_up.weight"] = tensor
    return named


def _notes(about: About, tensors: Mapping[str, Tensor]) -> dict[str, str]:
    numbers = sha256()
    for name in sorted(tensors):
        numbers.update(tensors[name].content)
    lora = about.method == "lora"
    ours = {
        "method": about.method,
        "family": about.family,
        "base": about.base,
        "base_sha256": about.base_hash,
        "trigger": about.trigger,
        "instance_token": about.instance_token,
        "class_word": about.class_word,
        "step": str(about.step),
        "sha256": numbers.hexdigest(),
    }
    theirs = {
        "format": "pt",
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.architecture": f"{ARCHITECTURES.get(about.family, about.family)}/"
        f"{'lora' if lora else 'textual-inversion'}",
        "modelspec.title": about.name,
        "modelspec.trigger_phrase": about.words,
        "ss_base_model_version": BASE_VERSIONS.get(about.family, about.family),
        "ss_sd_model_name": about.base,
        "ss_new_sd_model_hash": about.base_hash,
        "ss_output_name": about.name,
        "ss_steps": str(about.step),
        "ss_v2": "False",
        # Of the numbers alone, so that it stays the same when notes are changed.
        "sshs_model_hash": numbers.hexdigest(),
    }
    if lora:
        theirs |= _network(tensors)
    notes = theirs | {f"{OURS}{key}": value for key, value in ours.items()}
    return {key: value for key, value in notes.items() if value}


def _network(tensors: Mapping[str, Tensor]) -> dict[str, str]:
    """What trainers tell of a LoRA's size; alpha is the rank."""
    downs = [(key, one) for key, one in tensors.items() if key.endswith(("lora_down.weight", DOWN))]
    rank = str(max(chain([0], (one.shape[0] for _, one in downs))))
    told = {"ss_network_module": "networks.lora", "ss_network_dim": rank, "ss_network_alpha": rank}
    if any(len(one.shape) == 4 and one.shape[2:] != (1, 1) for _, one in downs):
        told["ss_network_args"] = json.dumps({"conv_dim": rank, "conv_alpha": rank})
    return told
