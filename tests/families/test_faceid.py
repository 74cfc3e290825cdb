"""FaceID on the shipped base, with weights that the recipe makes and nobody trained."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor

from core.artifacts import Adapter, Pixels
from core.errors import ModelUnusable
from core.families import open_base
from core.families.catalogue import Base, sha256_of
from core.families.family import Family
from pocket import people
from pocket.recipes import faceid
from pocket.recipes.course import Plan
from tests.families.pocket_base import adapter_of, batch, opened, picture, pocket, request
from tests.families.test_sd15 import furthest, plain_pipeline
from tests.families.test_words import learnt

SHIPPED = Path(people.__file__).parent / "weights"
LORA_SIDES = ("to_q", "to_k", "to_v", "to_out")


def random_state(seed: int = 1) -> dict[str, Tensor]:
    """A new adapter of the recipe, in which every number is drawn."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        parts = faceid.parts_of(faceid.adapted_unet(Plan(SHIPPED, minutes=1)))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in parts.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.3)
    return faceid.state_of(parts)


def with_low_rank_changes(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """As the published adapters have them: changes of every attention beside the adapter's own weights."""
    unet = plain_pipeline().unet
    generator = torch.Generator().manual_seed(2)
    for number, name in enumerate(unet.attn_processors):
        attention = unet.get_submodule(name.removesuffix(".processor"))
        for side in LORA_SIDES:
            layer = attention.to_out[0] if side == "to_out" else getattr(attention, side)
            key = f"ip_adapter.{number}.{side}_lora"
            state[f"{key}.down.weight"] = torch.randn(4, layer.in_features, generator=generator) * 0.1
            state[f"{key}.up.weight"] = torch.randn(layer.out_features, 4, generator=generator) * 0.1
    return state


def base_with(folder: Path, state: dict[str, Tensor]) -> Base:
    file = folder / "faceid.safetensors"
    safetensors.torch.save_file(state, file)
    return replace(pocket(), faceid=file, sha256={**pocket().sha256, "faceid": sha256_of(file)})


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Family:
    torch.set_num_threads(1)
    return open_base(base_with(tmp_path_factory.mktemp("faceid"), random_state()), torch.device("cpu"))


def face_of(seed: int, photos: int = 1) -> Adapter:
    faces = torch.randn(photos, faceid.EMBEDDING, generator=torch.Generator().manual_seed(seed))
    return written(torch.nn.functional.normalize(faces, dim=1))


def written(faces: Tensor, name: str = "faces") -> Adapter:
    return Adapter("faceid", "sd15", "pocket", safetensors.torch.save({name: faces}))


def faces_in(adapter: Adapter) -> Tensor:
    faces: Tensor = safetensors.torch.load(adapter.weights)["faces"]
    return faces


def plain_pictures(folder: Path, face: Tensor, strength: float, cfg: float, count: int = 1) -> list[Pixels]:
    """What anybody draws with diffusers alone."""
    pipeline: Any = plain_pipeline()
    pipeline.load_ip_adapter(
        folder, subfolder="", weight_name="faceid.safetensors", image_encoder_folder=None
    )
    pipeline.set_ip_adapter_scale(strength)
    one = face.view(1, 1, -1).repeat(count, 1, 1)
    drawn = pipeline(
        ["a photo of a sks man"] * count,
        num_inference_steps=pocket().steps,
        guidance_scale=cfg,
        width=64,
        height=64,
        ip_adapter_image_embeds=[torch.cat([torch.zeros_like(one), one]) if cfg > 1 else one],
        generator=[torch.Generator().manual_seed(5 + number) for number in range(count)],
        output_type="np",
    ).images
    return list(np.round(drawn * 255).astype(np.uint8))


def test_a_face_changes_the_picture_and_another_face_otherwise(family: Family) -> None:
    for name, seed in (("ann", 1), ("bob", 2)):
        family.install(name, face_of(seed))
    drawn = [picture(family, worn) for worn in ({}, {"ann": 1.0}, {"bob": 1.0}, {"ann": 0.5})]
    for name in ("ann", "bob"):
        family.remove(name)

    assert len({pixels.tobytes() for pixels in drawn}) == 4
    assert furthest(drawn[0], drawn[1]) > 20


def test_a_face_of_no_strength_and_drawing_after_a_face_are_plain_to_the_bit(family: Family) -> None:
    plain = picture(opened())
    family.install("ann", face_of(1))

    before, without = picture(family), picture(family, {"ann": 0.0})
    picture(family, {"ann": 1.0})
    after = picture(family)
    family.remove("ann")

    assert np.array_equal(before, plain)
    assert np.array_equal(without, plain)
    assert np.array_equal(after, plain)


@pytest.mark.parametrize(("strength", "cfg"), [(1.0, 2.5), (0.6, 3.0), (1.0, 1.0)])
@pytest.mark.parametrize("enriched", [lambda state: state, with_low_rank_changes])
def test_it_draws_what_a_plain_pipeline_draws(
    tmp_path: Path, enriched: Callable[[dict[str, Tensor]], dict[str, Tensor]], strength: float, cfg: float
) -> None:
    family = open_base(base_with(tmp_path, enriched(random_state())), torch.device("cpu"))
    ann = face_of(1)
    family.install("ann", ann)

    ours = family.draw(replace(request(family, {"ann": strength}), cfg=cfg), [5])[0]

    assert furthest(ours, plain_pictures(tmp_path, faces_in(ann), strength, cfg)[0]) <= 2
    assert np.array_equal(picture(family), picture(opened()))


def test_every_picture_of_several_is_of_the_whole_face(family: Family, tmp_path: Path) -> None:
    base_with(tmp_path, random_state())
    family.install("ann", face_of(1))

    alone = picture(family, {"ann": 1.0}, seed=6)
    together = family.draw(request(family, {"ann": 1.0}), [5, 6])
    theirs = plain_pictures(tmp_path, faces_in(face_of(1)), 1.0, pocket().cfg, count=2)
    family.remove("ann")

    assert furthest(together[1], alone) <= 1
    assert furthest(together[1], theirs[1]) <= 2


def test_several_photos_are_one_face(family: Family) -> None:
    one = faces_in(face_of(1))
    family.install("ann", face_of(1))
    family.install("twice", written(one.repeat(2, 1)))
    family.install("both", face_of(1, photos=2))
    drawn = [picture(family, {name: 1.0}) for name in ("ann", "twice", "both")]
    for name in ("ann", "twice", "both"):
        family.remove(name)

    assert furthest(drawn[0], drawn[1]) <= 1
    assert not np.array_equal(drawn[0], drawn[2])


def test_a_face_is_worn_with_low_rank_changes_and_words(family: Family) -> None:
    family.install("ann", face_of(1))
    family.install("changes", adapter_of(family, 1))
    family.install("words", learnt(family))
    asked = replace(request(family), prompt="a photo of <words>")

    drawn = [
        family.draw(replace(asked, adapters={"words": 1.0, **worn}), [5])[0]
        for worn in ({}, {"ann": 1.0}, {"changes": 1.0}, {"ann": 1.0, "changes": 1.0})
    ]
    for name in ("ann", "changes", "words"):
        family.remove(name)

    assert len({pixels.tobytes() for pixels in drawn}) == 4


def test_training_after_a_face_was_worn_is_training_without_one(family: Family) -> None:
    def gradient(family: Family) -> Tensor:
        trainable = family.trainable(rank=4, alpha=4, seed=3)
        family.loss(trainable, batch(family)).backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        assert trainable.flat.grad is not None
        return trainable.flat.grad

    family.install("ann", face_of(1))
    picture(family, {"ann": 1.0})
    worn = gradient(family)
    family.remove("ann")

    assert torch.equal(worn, gradient(opened()))


def test_two_faces_cannot_be_worn_at_once(family: Family) -> None:
    for name in ("ann", "bob"):
        family.install(name, face_of(1))

    with pytest.raises(ModelUnusable, match="bob: only one face can be worn at a time, and ann is one"):
        picture(family, {"ann": 1.0, "bob": 1.0})
    for name in ("ann", "bob"):
        family.remove(name)


def test_a_base_without_the_weights_offers_no_faceid(family: Family) -> None:
    assert opened().methods() == {"lora", "textual_inversion"}
    assert family.methods() == {"lora", "textual_inversion", "faceid"}
    with pytest.raises(ModelUnusable, match="the base has no FaceID weights"):
        opened().install("ann", face_of(1))


@pytest.mark.parametrize(
    ("adapter", "reason"),
    [
        (written(torch.ones(1, 512)), "not of unit length"),
        (written(torch.zeros(0, 512)), r"faces is \(0, 512\)"),
        (written(torch.ones(1, 4) / 2), r"1 to 64 faces of 512"),
        (written(torch.eye(512)[:65]), r"faces is \(65, 512\)"),
        (written(torch.eye(512)[:1], "face"), "must hold faces alone, not face"),
        (written(torch.eye(512)[:1] * torch.nan), "not of unit length"),
        (written(torch.cat([torch.eye(512)[:1], -torch.eye(512)[:1]])), "nothing in common"),
        (Adapter("faceid", "sd15", "pocket", b"\x80\x04pickle"), "not a safetensors file"),
    ],
)
def test_faces_that_cannot_be_worn_are_refused(family: Family, adapter: Adapter, reason: str) -> None:
    with pytest.raises(ModelUnusable, match=reason):
        family.install("odd", adapter)
    assert "odd" not in family.installed()


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: {key: value for key, value in state.items() if "ip_adapter.3" not in key},
        lambda state: {key: value[..., :1].clone() for key, value in state.items()},
        lambda state: {"unet.conv_in.weight": torch.zeros(1)},
        lambda state: state | {"ip_adapter.0.to_q_lora.down.weight": torch.zeros(4, 7),
                               "ip_adapter.0.to_q_lora.up.weight": torch.zeros(64, 4)},
    ],
)  # fmt: skip
def test_weights_that_do_not_fit_the_base_are_refused(tmp_path: Path, damage: Any) -> None:
    base = base_with(tmp_path, damage(random_state()))

    with pytest.raises(ModelUnusable, match="pocket"):
        open_base(base, torch.device("cpu"))
