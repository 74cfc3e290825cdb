"""IP-Adapter FaceID (Ye et al. 2023): a face's embedding becomes more words that a UNet's cross attention looks at.

The weights are loaded as diffusers loads them and then lie beside the UNet: it computes as if there were none
except while a face is worn.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import safetensors.torch
import torch
from diffusers.models.attention_processor import AttnProcessor2_0, IPAdapterAttnProcessor2_0
from diffusers.models.embeddings import IPAdapterFaceIDImageProjection
from safetensors import SafetensorError
from torch import Tensor

from core.errors import ModelUnusable
from core.families.catalogue import Base
from core.families.low_rank import Factors

MOST_FACES = 64  # in one file
FACES = "faces"  # the tensor of such a file


class FaceId:
    """The FaceID weights of one base's UNet."""

    def __init__(
        self, unet: Any, processors: dict[str, Any], projection: Any, changes: dict[str, Factors]
    ) -> None:
        self._unet, self._processors, self._projection = unet, processors, projection
        self.changes = changes
        """Low-rank changes of the UNet that these weights were trained with; empty if with none."""

    @classmethod
    def open(cls, base: Base, unet: Any) -> "FaceId":
        """Load the weights that a base is configured with; raises ModelUnusable if they do not fit its UNet."""
        try:
            state = _parts(safetensors.torch.load_file(base.file("faceid")))
            unet._load_ip_adapter_weights([state], low_cpu_mem_usage=False)
            projection = unet.encoder_hid_proj.requires_grad_(requires_grad=False).eval()
            processors = unet.attn_processors
            changes = _changes(unet, state["ip_adapter"])
        except (OSError, SafetensorError, KeyError, RuntimeError) as error:
            reason = f"the faceid file does not fit its UNet: {error}"
            raise ModelUnusable(base.name, reason) from error
        finally:
            _restore(unet)
        if not isinstance(projection.image_projection_layers[0], IPAdapterFaceIDImageProjection):
            raise ModelUnusable(
                base.name, "the faceid file is an adapter of pictures, not of face embeddings"
            )
        for processor in processors.values():
            if isinstance(processor, IPAdapterAttnProcessor2_0):
                processor.requires_grad_(requires_grad=False)
        return cls(unet, processors, projection, changes)

    @property
    def width(self) -> int:
        """How many numbers a face's embedding has."""
        return int(self._projection.image_projection_layers[0].ff.net[0].proj.in_features)

    @contextmanager
    def on(self, strength: float) -> Iterator[None]:
        """Let the UNet look at faces, with this strength; its attention is diffusers' usual one afterwards."""
        for processor in self._processors.values():
            if isinstance(processor, IPAdapterAttnProcessor2_0):
                processor.scale = [strength]
        self._unet.set_attn_processor(dict(self._processors))
        self._unet.encoder_hid_proj = self._projection
        self._unet.config.encoder_hid_dim_type = "ip_image_proj"
        try:
            yield
        finally:
            _restore(self._unet)


def conditions(face: Tensor, pictures: int, *, guided: bool) -> list[Tensor]:
    """The face as diffusers takes it, for so many pictures; the picture without guidance is of nobody."""
    faces = face.view(1, 1, -1).expand(pictures, -1, -1)  # (pictures, 1, width)
    return [torch.cat([torch.zeros_like(faces), faces]) if guided else faces]


def read_face(name: str, weights: bytes, width: int | None) -> Tensor:
    """Read the faces of a safetensors file and return their direction in common, (width,), of unit length.

    `width` is None on a base without FaceID weights. Raises ModelUnusable if the file cannot be worn.
    """
    if width is None:
        raise ModelUnusable(name, "it conditions on a face, and the base has no FaceID weights")
    try:
        state = safetensors.torch.load(weights)
    except SafetensorError as error:
        raise ModelUnusable(name, f"not a safetensors file: {error}") from error
    if state.keys() != {FACES}:
        raise ModelUnusable(name, f"it must hold {FACES} alone, not {', '.join(sorted(state)) or 'nothing'}")
    faces = state[FACES].float()
    if faces.ndim != 2 or faces.shape[1] != width or not 1 <= len(faces) <= MOST_FACES:
        expected = f"1 to {MOST_FACES} faces of {width} numbers"
        raise ModelUnusable(name, f"{FACES} is {tuple(faces.shape)}, it must be {expected}")
    if not torch.allclose(faces.norm(dim=1), torch.ones(len(faces)), atol=0.01):
        raise ModelUnusable(name, "its faces are not of unit length")
    common = faces.mean(0)
    if common.norm() < 0.01:
        raise ModelUnusable(name, "its faces have nothing in common")
    unit: Tensor = common / common.norm()
    return unit


def _restore(unet: Any) -> None:
    """Let a UNet be as it is without an adapter."""
    unet.set_attn_processor(AttnProcessor2_0())
    unet.encoder_hid_proj = None
    unet.config.encoder_hid_dim_type = None


def _parts(state: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """The two parts of a published adapter, by their names without the part's."""
    parts: dict[str, dict[str, Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for key, value in state.items():
        part, _, rest = key.partition(".")
        parts[part][rest] = value
    return parts


def _changes(unet: Any, state: dict[str, Tensor]) -> dict[str, Factors]:
    """The low-rank changes that some adapters bring along, by layer; the numbers count the attentions in order."""
    found = {}
    for number, name in enumerate(unet.attn_processors):
        for side in ("to_q", "to_k", "to_v", "to_out"):
            down = state.get(f"{number}.{side}_lora.down.weight")
            if down is not None:
                up = state[f"{number}.{side}_lora.up.weight"]
                attention = name.removesuffix(".processor")
                layer = f"unet.{attention}.{'to_out.0' if side == 'to_out' else side}"
                found[layer] = Factors(down.float(), up.float())
    return found
