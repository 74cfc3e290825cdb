"""SDXL and FLUX through the real diffusers classes at tiny size: learning, wearing, drawing, refusing."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from diffusers import FluxPipeline, StableDiffusionXLPipeline

from core.artifacts import Adapter, Pixels
from core.errors import ModelUnusable
from core.families import open_base
from core.families.catalogue import Base
from core.families.family import Batch, DrawRequest, Family, usual_request
from tests.families.pocket_base import adapter_of, drawn_subjects, held_losses, opened
from tests.families.test_sd15 import furthest
from tests.families.tiny import SIDE, TINY, tiny_flux

# Several samplers as diffusers writes them ask NumPy 2 for an array in a way that it is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

PIPELINES: dict[str, Any] = {"sdxl": StableDiffusionXLPipeline, "flux": FluxPipeline}
PROMPT = "a photo of a man"


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Base]:
    torch.set_num_threads(1)
    return {name: make(tmp_path_factory.mktemp(name)) for name, make in TINY.items()}


@pytest.fixture(scope="module", params=TINY)
def family(bases: Mapping[str, Base], request: pytest.FixtureRequest) -> Family:
    return open_base(bases[request.param], torch.device("cpu"))


@pytest.fixture(scope="module")
def sdxl(bases: Mapping[str, Base]) -> Family:
    return open_base(bases["sdxl"], torch.device("cpu"))


def asked(family: Family, adapters: Mapping[str, float] | None = None, prompt: str = PROMPT) -> DrawRequest:
    return usual_request(family, prompt, adapters)


def picture(family: Family, adapters: Mapping[str, float] | None = None, prompt: str = PROMPT) -> Pixels:
    return family.draw(asked(family, adapters, prompt), [5])[0]


def plain_pipeline(base: Base) -> Any:
    pipeline = PIPELINES[base.family].from_pretrained(base.path, local_files_only=True, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def plain_picture(pipeline: Any, base: Base, prompt: str = PROMPT, **how: Any) -> Pixels:
    if base.family == "flux":
        how["max_sequence_length"] = 32  # all that the tiny tokenizer has
    drawn = pipeline(
        prompt,
        num_inference_steps=base.steps,
        width=SIDE,
        height=SIDE,
        generator=torch.Generator().manual_seed(5),
        output_type="np",
        **{"guidance_scale": base.cfg, **how},
    ).images[0]
    pixels: Pixels = np.round(drawn * 255).astype(np.uint8)
    return pixels


def one_picture(family: Family, prompt: str = "a photo of a sks man", timestep: int = 600) -> Batch:
    latents = family.encode_images(drawn_subjects(SIDE, 1)).mean
    return Batch(
        latents=latents,
        noise=torch.randn(latents.shape, generator=torch.Generator().manual_seed(0)),
        timesteps=torch.tensor([timestep]),
        prompts=(prompt,),
        importance=torch.ones(1),
    )


def two_pictures(family: Family) -> Batch:
    latents = family.encode_images(drawn_subjects(SIDE, 2)).mean
    return replace(
        one_picture(family),
        latents=latents,
        noise=torch.randn(latents.shape, generator=torch.Generator().manual_seed(0)),
        timesteps=torch.tensor([100, 800]),
        prompts=("a photo of a man", ""),
    )


def losses(family: Family, trainable: Any, batch: Batch, rate: float) -> list[float]:
    optimiser = torch.optim.AdamW([trainable.flat], lr=rate)
    found = []
    for _ in range(6):
        loss = family.loss(trainable, batch)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        optimiser.step()
        optimiser.zero_grad()
        found.append(loss.item())
    return found


def test_it_draws_what_a_plain_pipeline_draws(family: Family) -> None:
    assert furthest(picture(family), plain_picture(plain_pipeline(family.base), family.base)) <= 1


def test_a_seed_draws_the_same_picture_alone_and_in_company(family: Family) -> None:
    together = family.draw(asked(family), [4, 5])

    assert furthest(together[1], picture(family)) <= 1
    assert furthest(together[0], together[1]) > 5


def test_every_sampler_draws_the_same_twice(family: Family) -> None:
    for scheduler in family.schedulers:
        first, second = (family.draw(replace(asked(family), scheduler=scheduler), [7]) for _ in range(2))

        assert np.array_equal(first, second)


def test_learning_one_picture_lowers_its_loss_and_leaves_the_base_as_it_was(family: Family) -> None:
    before = picture(family)

    found = losses(family, family.trainable(rank=4, alpha=4, seed=1), one_picture(family), rate=0.01)

    assert found[-1] < 0.95 * found[0]
    assert np.array_equal(picture(family), before)


def test_new_weights_change_nothing(family: Family) -> None:
    family.install("new", family.export(family.trainable(rank=4, alpha=4, seed=1), step=0))
    drawn = picture(family, {"new": 1.0})
    family.remove("new")

    assert np.array_equal(drawn, picture(family))


def test_a_plain_pipeline_loads_an_export_and_draws_the_same(family: Family, tmp_path: Path) -> None:
    adapter = adapter_of(family, 1)
    (tmp_path / "adapter.safetensors").write_bytes(adapter.weights)
    plain = plain_pipeline(family.base)

    plain.load_lora_weights(tmp_path / "adapter.safetensors")
    family.install("one", adapter)
    ours = picture(family, {"one": 1.0})
    family.remove("one")

    assert furthest(ours, plain_picture(plain, family.base)) <= 2
    assert furthest(ours, picture(family)) > 5


def test_every_part_of_an_adapter_reaches_the_plain_pipeline(family: Family) -> None:
    plain = plain_pipeline(family.base)
    state = safetensors.torch.load(adapter_of(family, 1).weights)

    plain.load_lora_weights(state)

    models = [part for part in plain.components.values() if isinstance(part, torch.nn.Module)]
    assert len(state) == sum("lora_" in name for model in models for name, _ in model.named_parameters())


def test_an_adapter_of_another_family_is_refused_by_its_name_and_by_its_shapes(family: Family) -> None:
    other = adapter_of(opened(), 1)

    with pytest.raises(ModelUnusable, match=f"made for sd15, and {family.base.name} is {family.base.family}"):
        family.install("odd", other)
    with pytest.raises(ModelUnusable, match=r"no place for|its change is"):
        family.install("odd", replace(other, family=family.base.family))
    with pytest.raises(ModelUnusable, match=f"made for {family.base.family}"):
        opened().install("odd", adapter_of(family, 1))


def test_training_of_the_denoiser_alone_encodes_each_prompt_once_and_learns_the_same(family: Family) -> None:
    trainable = family.trainable(rank=4, alpha=4, seed=1, text=False)
    batch = one_picture(family)

    first, again = (family.loss(trainable, batch).item() for _ in range(2))

    assert first == again == family.loss(family.trainable(rank=4, alpha=4, seed=1), batch).item()


def test_emphasis_changes_the_picture_and_none_does_not(family: Family) -> None:
    plain, strong, one = (
        picture(family, prompt=f"a photo of a {words}") for words in ("man", "(man:2)", "(man:1.0)")
    )

    assert np.array_equal(plain, one)
    assert not np.array_equal(plain, strong)


def test_the_loss_is_the_sum_of_the_pictures_losses_by_importance(family: Family) -> None:
    trainable = family.trainable(rank=4, alpha=4, seed=3)
    batch = two_pictures(family)

    first, second, both = (
        family.loss(trainable, replace(batch, importance=torch.tensor(shares))).item()
        for shares in ([1.0, 0.0], [0.0, 1.0], [0.25, 2.0])
    )

    assert both == pytest.approx(0.25 * first + 2 * second, rel=1e-4)


def test_what_is_held_to_the_base_costs_only_what_was_learnt_since(family: Family) -> None:
    before, after = held_losses(family, two_pictures(family))

    assert before == pytest.approx(0, abs=1e-6)
    assert after > 1e-4


def learnt(family: Family, vectors: int = 2) -> Adapter:
    words = family.new_words(vectors=vectors, word="woman")
    with torch.no_grad():
        words.flat.add_(torch.randn(words.flat.shape, generator=torch.Generator().manual_seed(1)))
    return family.export(words, step=1)


def test_sdxl_learns_new_words_in_both_its_text_encoders(sdxl: Family) -> None:
    words = sdxl.new_words(vectors=2, word="man")
    before = words.flat.detach().clone()

    found = losses(sdxl, words, one_picture(sdxl, "a photo of <new>"), rate=0.05)

    moved = (words.flat.detach() - before).abs()
    assert found[-1] < found[0]
    assert moved[: 2 * 32].max() > 0
    assert moved[2 * 32 :].max() > 0


def test_a_plain_sdxl_pipeline_loads_the_words_and_draws_the_same(sdxl: Family) -> None:
    adapter = learnt(sdxl)
    state = safetensors.torch.load(adapter.weights)
    plain = plain_pipeline(sdxl.base)
    for name, part in (("clip_l", ""), ("clip_g", "_2")):
        plain.load_textual_inversion(
            {"<robin>": state[name]},
            token="<robin>",
            text_encoder=getattr(plain, f"text_encoder{part}"),
            tokenizer=getattr(plain, f"tokenizer{part}"),
        )

    sdxl.install("robin", adapter)
    ours = picture(sdxl, {"robin": 1.0}, "a photo of <robin>, smiling")
    sdxl.remove("robin")

    assert furthest(ours, plain_picture(plain, sdxl.base, "a photo of <robin>, smiling")) <= 2
    assert furthest(ours, picture(sdxl, prompt="a photo of woman woman, smiling")) > 5


def test_words_for_one_text_encoder_do_not_fit_sdxl(sdxl: Family) -> None:
    state = safetensors.torch.load(learnt(sdxl).weights)
    for kept, reason in (
        ({"clip_l": state["clip_l"]}, "vectors for clip_l, the family's text encoders are clip_g, clip_l"),
        ({**state, "clip_g": state["clip_g"][:1].clone()}, "more vectors for one text encoder"),
    ):
        with pytest.raises(ModelUnusable, match=reason):
            sdxl.install("odd", replace(learnt(sdxl), weights=safetensors.torch.save(kept)))


def test_negative_words_lead_sdxl_away(sdxl: Family) -> None:
    plain = plain_pipeline(sdxl.base)

    ours = sdxl.draw(replace(asked(sdxl), negative="hat"), [5])[0]

    assert furthest(ours, plain_picture(plain, sdxl.base, negative_prompt="hat")) <= 1
    assert not np.array_equal(ours, picture(sdxl))


@pytest.fixture(scope="module")
def flux(bases: Mapping[str, Base]) -> Family:
    return open_base(bases["flux"], torch.device("cpu"))


def test_flux_is_told_its_guidance_and_negative_words_take_a_pass_of_their_own(flux: Family) -> None:
    plain = plain_pipeline(flux.base)

    without = flux.draw(replace(asked(flux), negative="woman"), [5])[0]

    theirs = plain_picture(
        plain, flux.base, negative_prompt="woman", true_cfg_scale=flux.base.cfg, guidance_scale=1.0
    )
    assert furthest(without, theirs) <= 1
    assert not np.array_equal(picture(flux), flux.draw(replace(asked(flux), cfg=1.0), [5])[0])


def test_flux_learns_no_new_words_and_says_so(flux: Family) -> None:
    assert flux.methods() == {"lora"}
    with pytest.raises(ModelUnusable, match="flux learns no new words"):
        flux.new_words(vectors=1, word="man")
    with pytest.raises(ModelUnusable, match="flux learns no new words"):
        flux.install("words", Adapter("textual_inversion", "flux", "tiny-flux", b""))


def test_a_flux_without_guidance_draws_and_learns_too(tmp_path: Path) -> None:
    schnell = open_base(tiny_flux(tmp_path, guidance=False), torch.device("cpu"))

    found = losses(schnell, schnell.trainable(rank=4, alpha=4, seed=1), one_picture(schnell), rate=0.01)

    assert furthest(picture(schnell), plain_picture(plain_pipeline(schnell.base), schnell.base)) <= 1
    assert found[-1] < found[0]


@pytest.mark.parametrize("part", ["faceid", "fast"])
def test_a_flux_with_a_file_it_has_no_use_for_is_refused(
    bases: Mapping[str, Base], tmp_path: Path, part: str
) -> None:
    (tmp_path / part).write_bytes(b"test")
    sha256 = {part: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
    changes: dict[str, Any] = {part: tmp_path / part, "sha256": {**bases["flux"].sha256, **sha256}}
    base = replace(bases["flux"], **changes)

    with pytest.raises(ModelUnusable, match=f"no use for a {part} file"):
        open_base(base, torch.device("cpu"))
