"""The names of layers in LoRA files: ours, which are peft's and diffusers', and kohya's.

kohya's trainer names a layer by its path with underscores. For SD 1.x that is the path in diffusers; for SDXL it is
the path in Stability's own code, whose blocks are numbered through. A1111, ComfyUI and diffusers read both.
https://github.com/kohya-ss/sd-scripts/blob/main/networks/lora.py
"""

import re
from typing import Final

# The first part of a layer's name here, and there, by family.
ROOTS: Final = {
    "sd15": {"unet": "lora_unet", "text_encoder": "lora_te"},
    "sdxl": {"unet": "lora_unet", "text_encoder": "lora_te1", "text_encoder_2": "lora_te2"},
}
IN_BLOCK: Final = 3  # two layers and what changes the size: input and output blocks of every SD 1.x and SDXL
KINDS: Final = ("resnets", "attentions")
# https://github.com/huggingface/diffusers, loaders/single_file_utils.py, update_unet_resnet_ldm_to_diffusers
RESNETS: Final = {
    "conv1": "in_layers.2",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_OURS: Final = {name: ours for roots in ROOTS.values() for ours, name in roots.items()}
_WORDS: Final = (
    "down_blocks", "mid_block", "up_blocks", "input_blocks", "middle_block", "output_blocks",
    "attentions", "resnets", "downsamplers", "upsamplers", "transformer_blocks", "attn1", "attn2",
    "to_q", "to_k", "to_v", "to_out", "proj_in", "proj_out", "proj", "ff", "net",
    "conv1", "conv2", "conv_shortcut", "conv_in", "conv_out", "conv", "op", "time_emb_proj", "skip_connection",
    "in_layers", "out_layers", "emb_layers", "time_embedding", "add_embedding", "linear_1", "linear_2",
    "text_model", "encoder", "layers", "self_attn", "q_proj", "k_proj", "v_proj", "out_proj", "mlp", "fc1", "fc2",
    "text_projection",
)  # fmt: skip
_WORD: Final = re.compile(rf"({'|'.join(sorted(_WORDS, key=len, reverse=True))}|\d+)(?:_|$)")


def kohya_name(layer: str, family: str) -> str:
    """The name that other tools know a layer by; raises KeyError for a family or part that has none."""
    root, _, path = layer.partition(".")
    parts = path.split(".")
    if family == "sdxl" and root == "unet":
        parts = _numbered_through(parts)
    return "_".join([ROOTS[family][root], *parts])


def layer_of(name: str) -> str | None:
    """Our name of a layer that kohya's trainer calls so; None when it is no name of a layer."""
    root = next((one for one in sorted(_OURS, reverse=True) if name.startswith(f"{one}_")), None)
    if root is None:
        return None
    path, at = name.removeprefix(f"{root}_"), 0
    parts: list[str] = []
    while at < len(path) or not parts:
        word = _WORD.match(path, at)
        if word is None:
            return None
        parts.append(word.group(1))
        at = word.end()
    try:
        return ".".join([_OURS[root], *_by_block(parts)])
    except (ValueError, IndexError):
        return None


def _numbered_through(parts: list[str]) -> list[str]:
    """A path of diffusers as Stability's code has it."""
    match parts:
        case ["down_blocks", block, "downsamplers", "0", "conv"]:
            return ["input_blocks", str(IN_BLOCK * (int(block) + 1)), "0", "op"]
        case ["down_blocks", block, kind, layer, *rest]:
            number = 1 + IN_BLOCK * int(block) + int(layer)
            return ["input_blocks", str(number), str(KINDS.index(kind)), *_resnet_there(kind, rest)]
        case ["mid_block", kind, layer, *rest]:
            return [
                "middle_block",
                "1" if kind == "attentions" else str(2 * int(layer)),
                *_resnet_there(kind, rest),
            ]
        case ["up_blocks", block, "upsamplers", "0", "conv"]:
            return ["output_blocks", str(IN_BLOCK * int(block) + IN_BLOCK - 1), "2", "conv"]
        case ["up_blocks", block, kind, layer, *rest]:
            number = IN_BLOCK * int(block) + int(layer)
            return ["output_blocks", str(number), str(KINDS.index(kind)), *_resnet_there(kind, rest)]
    return parts


def _by_block(parts: list[str]) -> list[str]:
    """A path of Stability's code as diffusers has it; one of diffusers stays as it is."""
    match parts:
        case ["input_blocks", number, "0", "op"]:
            return ["down_blocks", str(int(number) // IN_BLOCK - 1), "downsamplers", "0", "conv"]
        case ["input_blocks", number, place, *rest]:
            block, layer = divmod(int(number) - 1, IN_BLOCK)
            return ["down_blocks", str(block), KINDS[int(place)], str(layer), *_resnet_here(rest)]
        case ["middle_block", "1", *rest]:
            return ["mid_block", "attentions", "0", *rest]
        case ["middle_block", number, *rest]:
            return ["mid_block", "resnets", str(int(number) // 2), *_resnet_here(rest)]
        case ["output_blocks", number, ("1" | "2"), "conv"]:
            return ["up_blocks", str(int(number) // IN_BLOCK), "upsamplers", "0", "conv"]
        case ["output_blocks", number, place, *rest]:
            block, layer = divmod(int(number), IN_BLOCK)
            return ["up_blocks", str(block), KINDS[int(place)], str(layer), *_resnet_here(rest)]
    return parts


def _resnet_there(kind: str, rest: list[str]) -> list[str]:
    return RESNETS[".".join(rest)].split(".") if kind == "resnets" else rest


def _resnet_here(rest: list[str]) -> list[str]:
    ours = {there: here for here, there in RESNETS.items()}
    return [ours.get(".".join(rest), ".".join(rest))]
