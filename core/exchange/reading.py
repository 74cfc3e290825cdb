"""A stranger's file of weights: checked number by number, recognised, and put into our own layout.

Raises WeightsRefused, with what is wrong; whether the layers are those of a base is asked of the base afterwards.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import Unfit, WeightsRefused
from core.exchange import embedding
from core.exchange.kohya import layer_of
from core.exchange.kohya_flux import flux_layer_of, parted
from core.exchange.leaving import DOWN, OURS, UP
from core.exchange.tensors import Tensor, Weights, read, written

Numbers = NDArray[np.float32]

MOST_RANK: Final = 1024
MOST_VECTORS: Final = 256
LONGEST_NOTE: Final = 60  # characters of what is shown of a file's notes
# How a layer's factors end: kohya's, peft's, and diffusers' older two.
DOWNS: Final = (".lora_down.weight", f".{DOWN}", ".lora.down.weight", ".lora_linear_layer.down.weight")
UPS: Final = (".lora_up.weight", f".{UP}", ".lora.up.weight", ".lora_linear_layer.up.weight")
ALPHA: Final = ".alpha"
WRAPPERS: Final = ("base_model.model.", "diffusion_model.")  # peft's own, and ComfyUI's
ROOTS: Final = ("unet.", "text_encoder.", "text_encoder_2.", "transformer.")
# Changes that are no product of two factors alone (LyCORIS, DoRA).
OTHER_KINDS: Final = ("hada_w", "lokr_w", "dora_scale", "lora_magnitude_vector", "lora_mid")
# The width of the prompt that the layers of each family look at.
PROMPT_WIDTHS: Final = {768: "sd15", 1024: "sd21", 2048: "sdxl"}
# The width of one vector.
VECTOR_WIDTHS: Final = {768: "sd15", 1024: "sd21"}


@dataclass(frozen=True)
class Found:
    """What a file holds; `weights` are in our layout and half precision, alpha folded into them."""

    method: str
    family: str  # empty where the file does not tell
    weights: bytes
    rank: int  # of a LoRA the largest, of an embedding the number of its vectors
    words: str = ""  # what brings the subject up, as the file's notes say
    trigger: str = ""  # what stood for it in a studio like this
    class_word: str = ""


def recognise(content: bytes) -> Found:
    """Check and read a file that anybody may have made."""
    file = read(content)
    notes = {key: shown(file.notes.get(f"{OURS}{key}", "")) for key in ("trigger", "class_word")}
    words = _words(file.notes)
    vectors = embedding.ours(file.tensors)
    if vectors is not None and not any(_is_factor(name) for name in file.tensors):
        return _embedding(vectors, words, **notes)
    return _lora(file, words, **notes)


def _embedding(vectors: Mapping[str, Tensor], words: str, trigger: str, class_word: str) -> Found:
    checked = {name: _half(name, _numbers(name, tensor)) for name, tensor in vectors.items()}
    count, width = vectors[embedding.FIRST].shape
    if len({tensor.shape[0] for tensor in vectors.values()}) > 1 or not 0 < count <= MOST_VECTORS:
        raise WeightsRefused(Unfit.UNKNOWN_LAYOUT, embedding.FIRST)
    family = "sdxl" if embedding.SECOND in vectors else VECTOR_WIDTHS.get(width, "")
    weights = written(Weights(checked, {}))
    return Found("textual_inversion", family, weights, count, words, trigger, class_word)


def _lora(file: Weights, words: str, trigger: str, class_word: str) -> Found:
    downs, ups, alphas = _sorted_out(file)
    ours, shapes = {}, {}
    rank = 0
    for layer, (name, down) in downs.items():
        if layer not in ups:
            raise WeightsRefused(Unfit.UNKNOWN_LAYOUT, name)
        up_name, up = ups.pop(layer)
        size = down.shape[0] if down.shape else 0
        if not 0 < size <= MOST_RANK or len(up.shape) < 2 or up.shape[1] != size or len(down.shape) < 2:
            raise WeightsRefused(Unfit.UNKNOWN_LAYOUT, name)
        rank = max(rank, size)
        scale = np.float32(alphas.get(layer, float(size)) / size)
        first, second = _half(name, _numbers(name, down)), _numbers(up_name, up) * scale
        for part, rows in _parts(layer, name, down, up):
            shapes[part] = down.shape
            ours[f"{part}.{DOWN}"], ours[f"{part}.{UP}"] = first, _half(up_name, second[rows])
    if ups or not ours:
        raise WeightsRefused(Unfit.UNKNOWN_LAYOUT, next(iter(ups), ""))
    family = _family(file.tensors, shapes)
    return Found("lora", family, written(Weights(ours, {})), rank, words, trigger, class_word)


def _parts(layer: str, name: str, down: Tensor, up: Tensor) -> list[tuple[str, slice]]:
    """The layers of ours that one of a file is, each with its rows of `up`."""
    try:
        return list(parted(layer, down.shape[1], up.shape[0]))
    except ValueError:
        raise WeightsRefused(Unfit.UNKNOWN_LAYOUT, name) from None


Factors = dict[str, tuple[str, Tensor]]
"""Of each layer: the name in the file, and the numbers."""


def _sorted_out(file: Weights) -> tuple[Factors, Factors, dict[str, float]]:
    """The factors and alphas by our names of the layers; nothing else may be in a file."""
    downs: Factors = {}
    ups: Factors = {}
    alphas: dict[str, float] = {}
    for name, tensor in file.tensors.items():
        if any(kind in name for kind in OTHER_KINDS):
            raise WeightsRefused(Unfit.OTHER_KIND, name)
        end = next((end for end in (*DOWNS, *UPS, ALPHA) if name.endswith(end)), None)
        layer = _layer(name.removesuffix(end)) if end else None
        if layer is None:
            raise WeightsRefused(_misfit(name), "flux" if _is_flux(name) else name)
        if end == ALPHA:
            numbers = _numbers(name, tensor)
            if numbers.size != 1:
                raise WeightsRefused(Unfit.UNKNOWN_LAYOUT, name)
            alphas[layer] = float(numbers.reshape(-1)[0])
        else:
            (downs if end in DOWNS else ups)[layer] = (name, tensor)
    return downs, ups, _alphas_of_notes(file.notes, downs) | alphas


def _layer(name: str) -> str | None:
    """Our name of a layer, from any of the ways to write it."""
    for wrapper in WRAPPERS:
        name = name.removeprefix(wrapper)
    if name.startswith(ROOTS):
        return name.replace(".processor.", ".").replace("_lora", "")
    return flux_layer_of(name) or layer_of(name)


def _alphas_of_notes(notes: Mapping[str, str], downs: Factors) -> dict[str, float]:
    """Alphas that diffusers writes into the notes, one for each part."""
    try:
        told = json.loads(notes.get("lora_adapter_metadata", "{}"))
    except (ValueError, RecursionError):
        return {}
    found = {}
    for layer in downs:
        alpha = told.get(f"{layer.partition('.')[0]}.lora_alpha") if isinstance(told, dict) else None
        if isinstance(alpha, int | float) and np.isfinite(alpha):
            found[layer] = float(alpha)
    return found


def _family(tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Which family a LoRA is for, as far as names and widths tell."""
    if any(layer.startswith("transformer.") for layer in shapes):
        return "flux"
    if any(layer.startswith("text_encoder_2.") for layer in shapes):
        return "sdxl"
    if any(re.match(r"lora_unet_(input|output|middle)_block", name) for name in tensors):
        return "sdxl"
    seen = {shape[1] for layer, shape in shapes.items() if layer.endswith(("attn2.to_k", "attn2.to_v"))}
    return next((PROMPT_WIDTHS[width] for width in sorted(seen) if width in PROMPT_WIDTHS), "")


def _is_flux(name: str) -> bool:
    return "double_blocks" in name or "single_blocks" in name


def _misfit(name: str) -> Unfit:
    return Unfit.OTHER_FAMILY if _is_flux(name) else Unfit.UNKNOWN_LAYOUT


def _is_factor(name: str) -> bool:
    return name.endswith((*DOWNS, *UPS, ALPHA)) or any(kind in name for kind in OTHER_KINDS)


def _numbers(name: str, tensor: Tensor) -> Numbers:
    """A tensor in single precision; raises WeightsRefused for numbers that are none."""
    if tensor.dtype == "BF16":
        halves = np.frombuffer(tensor.content, "<u2").astype("<u4") << 16
        numbers = halves.view("<f4")
    else:
        kinds = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
        with np.errstate(over="ignore"):
            numbers = np.frombuffer(tensor.content, kinds[tensor.dtype]).astype("<f4")
    if not np.isfinite(numbers).all():
        raise WeightsRefused(Unfit.NOT_FINITE, name)
    return numbers.reshape(tensor.shape)


def _half(name: str, numbers: Numbers) -> Tensor:
    with np.errstate(over="ignore"):
        halves = numbers.astype("<f2")
    if not np.isfinite(halves).all():
        raise WeightsRefused(Unfit.NOT_FINITE, name)
    return Tensor("F16", numbers.shape, halves.tobytes())


def _words(notes: Mapping[str, str]) -> str:
    """What brings the subject up: ours, ModelSpec's, or the folder that kohya's trainer learnt from, `20_sks man`."""
    ours = " ".join(notes.get(f"{OURS}{key}", "") for key in ("instance_token", "class_word"))
    if notes.get(f"{OURS}instance_token"):
        return shown(ours)
    if phrase := notes.get("modelspec.trigger_phrase"):
        return shown(phrase)
    try:
        folders: Any = json.loads(notes.get("ss_tag_frequency", "{}"))
    except (ValueError, RecursionError):
        return ""
    for folder in folders if isinstance(folders, dict) else ():
        if match := re.fullmatch(r"\d+_(.+)", folder):
            return shown(match.group(1))
    return ""


def shown(words: str, most: int = LONGEST_NOTE) -> str:
    """What a file says, made safe to show."""
    kept = "".join(letter for letter in words if letter.isprintable() and letter not in "<>@")
    return " ".join(kept.split())[:most]
